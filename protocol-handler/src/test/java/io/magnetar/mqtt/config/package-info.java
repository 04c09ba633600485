@NullMarked
package io.magnetar.mqtt.config;

import org.jspecify.annotations.NullMarked;
