package io.magnetar.mqtt.namespace;

import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.listener.Peer;
import io.magnetar.mqtt.packet.Connect;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a client by its CONNECT and by its connection.
 *
 * <p>Thread: immutable.
 *
 * @param clientId as sent, empty when the server is to choose one
 * @param userProperties of CONNECT
 */
public record Newcomer(String clientId, @Nullable String username, List<UserProperty> userProperties, Peer peer) {
    /** The same with another user name. */
    Newcomer named(String other) {
        return new Newcomer(clientId, other, userProperties, peer);
    }

    public static Newcomer of(Connect connect, Peer peer) {
        return new Newcomer(connect.clientId(), connect.username(), connect.userProperties(), peer);
    }
}
