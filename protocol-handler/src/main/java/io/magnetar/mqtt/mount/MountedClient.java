package io.magnetar.mqtt.mount;

import io.magnetar.mqtt.listener.Peer;
import io.magnetar.tenancy.Namespace;
import org.jspecify.annotations.Nullable;

/**
 * A client that has been let in, as far as it decides where its topics are.
 *
 * <p>Thread: immutable.
 *
 * @param namespace the one that it is in
 */
public record MountedClient(
        Namespace namespace, String clientId, @Nullable String username, Peer peer) {
    @Nullable
    String commonName() {
        Peer.Certificate certificate = peer.certificate();
        return certificate == null ? null : certificate.commonName();
    }
}
