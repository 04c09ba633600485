@NullMarked
package io.magnetar.mqtt.access;

import org.jspecify.annotations.NullMarked;
