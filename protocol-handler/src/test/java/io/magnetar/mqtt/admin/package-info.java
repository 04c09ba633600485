@NullMarked
package io.magnetar.mqtt.admin;

import org.jspecify.annotations.NullMarked;
