@NullMarked
package io.magnetar.mqtt.quota;

import org.jspecify.annotations.NullMarked;
