@NullMarked
package io.magnetar.mqtt.stream;

import org.jspecify.annotations.NullMarked;
