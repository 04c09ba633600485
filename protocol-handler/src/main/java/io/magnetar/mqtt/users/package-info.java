/** Users that the brokers keep themselves: their records, their password hashes, and SCRAM. */
@NullMarked
package io.magnetar.mqtt.users;

import org.jspecify.annotations.NullMarked;
