@NullMarked
package io.magnetar.mqtt.status;

import org.jspecify.annotations.NullMarked;
