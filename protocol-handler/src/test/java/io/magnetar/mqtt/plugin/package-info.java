@NullMarked
package io.magnetar.mqtt.plugin;

import org.jspecify.annotations.NullMarked;
