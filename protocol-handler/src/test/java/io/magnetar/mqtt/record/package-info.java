@NullMarked
package io.magnetar.mqtt.record;

import org.jspecify.annotations.NullMarked;
