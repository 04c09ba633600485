@NullMarked
package io.magnetar.mqtt.session;

import org.jspecify.annotations.NullMarked;
