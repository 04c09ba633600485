/** Who may connect: the port that authentication plugs into, and the exchange of AUTH packets. */
@NullMarked
package io.magnetar.mqtt.auth;

import org.jspecify.annotations.NullMarked;
