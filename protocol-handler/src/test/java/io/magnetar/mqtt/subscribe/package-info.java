@NullMarked
package io.magnetar.mqtt.subscribe;

import org.jspecify.annotations.NullMarked;
