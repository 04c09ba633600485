@NullMarked
package io.magnetar.mqtt.share;

import org.jspecify.annotations.NullMarked;
