/** The configuration keys of the protocol handler. */
@NullMarked
package io.magnetar.mqtt.config;

import org.jspecify.annotations.NullMarked;
