@NullMarked
package io.magnetar.mqtt.publish;

import org.jspecify.annotations.NullMarked;
