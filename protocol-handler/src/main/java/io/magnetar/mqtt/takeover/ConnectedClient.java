package io.magnetar.mqtt.takeover;

import io.magnetar.mqtt.packet.ProtocolVersion;
import org.jspecify.annotations.Nullable;

/**
 * A client as its CONNECT was accepted.
 *
 * <p>Thread: immutable.
 *
 * @param username null when it has none
 * @param address its own, without the port
 * @param port of its own side
 * @param keepAliveSeconds in force; 0 for none
 * @param sessionExpirySeconds in force; 0 when the session ends with the connection
 * @param sinceMillis when it was accepted, epoch milliseconds
 */
public record ConnectedClient(
        ProtocolVersion version,
        @Nullable String username,
        String address,
        int port,
        int keepAliveSeconds,
        boolean cleanStart,
        long sessionExpirySeconds,
        long sinceMillis) {}
