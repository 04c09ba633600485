/** The delivery of what durable sessions are owed, from the log that keeps it. */
@NullMarked
package io.magnetar.mqtt.queue;

import org.jspecify.annotations.NullMarked;
