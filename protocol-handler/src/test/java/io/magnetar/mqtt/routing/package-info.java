@NullMarked
package io.magnetar.mqtt.routing;

import org.jspecify.annotations.NullMarked;
