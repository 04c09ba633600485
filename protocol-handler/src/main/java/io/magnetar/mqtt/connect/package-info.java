/** The CONNECT flow. */
@NullMarked
package io.magnetar.mqtt.connect;

import org.jspecify.annotations.NullMarked;
