/** The edge to Netty: sockets, bytes and event loops. Nothing but this package, the codec and the status page sees them. */
@NullMarked
package io.magnetar.mqtt.connection;

import org.jspecify.annotations.NullMarked;
