/** Tests of retained messages. */
@NullMarked
package io.magnetar.mqtt.retain;

import org.jspecify.annotations.NullMarked;
