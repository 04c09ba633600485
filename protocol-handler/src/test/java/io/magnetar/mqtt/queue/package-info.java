@NullMarked
package io.magnetar.mqtt.queue;

import org.jspecify.annotations.NullMarked;
