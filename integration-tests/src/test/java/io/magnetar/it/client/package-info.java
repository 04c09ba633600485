/**
 * MQTT clients as tests use them: other projects' clients, and bytes by hand where a client library would not send
 * them.
 */
@NullMarked
package io.magnetar.it.client;

import org.jspecify.annotations.NullMarked;
