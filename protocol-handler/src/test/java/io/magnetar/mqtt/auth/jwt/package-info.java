@NullMarked
package io.magnetar.mqtt.auth.jwt;

import org.jspecify.annotations.NullMarked;
