@NullMarked
package io.magnetar.mqtt.connection;

import org.jspecify.annotations.NullMarked;
