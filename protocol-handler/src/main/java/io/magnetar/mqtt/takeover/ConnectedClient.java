package io.magnetar.mqtt.takeover;

import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.tenancy.Namespace;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A client as its CONNECT was accepted.
 *
 * <p>Thread: immutable.
 *
 * @param namespace the one that it is in, wherever its session is
 * @param clientId its own
 * @param username null when it has none
 * @param address its own
 * @param keepAliveSeconds in force; 0 for none
 * @param sessionExpirySeconds in force; 0 when the session ends with the connection
 * @param sinceMillis when it was accepted, epoch milliseconds
 */
public record ConnectedClient(
        Namespace namespace,
        String clientId,
        ProtocolVersion version,
        @Nullable String username,
        InetSocketAddress address,
        int keepAliveSeconds,
        boolean cleanStart,
        long sessionExpirySeconds,
        long sinceMillis) {}
