/** What is recorded of a durable session: its definition and its progress, and how they are written as bytes. */
@NullMarked
package io.magnetar.mqtt.record;

import org.jspecify.annotations.NullMarked;
