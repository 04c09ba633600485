/** Clients that an HTTP server knows. */
@NullMarked
package io.magnetar.mqtt.auth.http;

import org.jspecify.annotations.NullMarked;
