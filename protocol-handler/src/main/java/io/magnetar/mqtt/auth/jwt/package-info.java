/** Clients that show a JSON Web Token, RFC 7519. */
@NullMarked
package io.magnetar.mqtt.auth.jwt;

import org.jspecify.annotations.NullMarked;
