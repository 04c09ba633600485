@NullMarked
package io.magnetar.mqtt.codec;

import org.jspecify.annotations.NullMarked;
