/** Tests of the users that the brokers keep. */
@NullMarked
package io.magnetar.mqtt.users;

import org.jspecify.annotations.NullMarked;
