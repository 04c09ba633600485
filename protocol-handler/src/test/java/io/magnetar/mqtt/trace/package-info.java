@NullMarked
package io.magnetar.mqtt.trace;

import org.jspecify.annotations.NullMarked;
