/** Clients that have shown a certificate in TLS. */
@NullMarked
package io.magnetar.mqtt.auth.certificate;

import org.jspecify.annotations.NullMarked;
