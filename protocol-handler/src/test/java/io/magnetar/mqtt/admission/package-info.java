@NullMarked
package io.magnetar.mqtt.admission;

import org.jspecify.annotations.NullMarked;
