@NullMarked
package io.magnetar.mqtt.mount;

import org.jspecify.annotations.NullMarked;
