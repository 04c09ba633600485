/** The thread that owns a connection. */
@NullMarked
package io.magnetar.mqtt.owner;

import org.jspecify.annotations.NullMarked;
