/** Tests of who may connect. */
@NullMarked
package io.magnetar.mqtt.auth;

import org.jspecify.annotations.NullMarked;
