/** Where clients connect and what their bytes are wrapped in, as plain values. */
@NullMarked
package io.magnetar.mqtt.listener;

import org.jspecify.annotations.NullMarked;
