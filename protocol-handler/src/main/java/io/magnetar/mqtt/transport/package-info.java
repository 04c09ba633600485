/** What lies between a socket and MQTT: the gate of a listener, the PROXY protocol, TLS, WebSockets. */
@NullMarked
package io.magnetar.mqtt.transport;

import org.jspecify.annotations.NullMarked;
