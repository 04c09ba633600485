package io.magnetar.mqtt.mount;

import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import org.jspecify.annotations.Nullable;

/**
 * Places clients. Where namespaces are mountpoints, all clients share the topics of the default namespace: those of {@code fleetA} below
 * {@code fleetA/}, and its client {@code one} is {@code fleetA/one} there; clients of the default namespace itself have all topics.
 * A listener's mountpoint goes before that of the namespace.
 *
 * <p>Thread: immutable.
 *
 * @param shared the namespace whose topics all share; null where each namespace has topics of its own
 */
public record Mounts(@Nullable Namespace shared) {
    /** @throws PacketException with the code of the CONNACK that refuses */
    public Placement place(MountedClient client) throws PacketException {
        Mountpoint ofListener = ofListener(client);
        if (shared == null) {
            return new Placement(client.namespace(), client.clientId(), ofListener);
        }
        if (client.namespace().equals(shared)) {
            if (client.clientId().indexOf('/') >= 0) {
                throw new PacketException(
                        ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                        "a client identifier has no '/' here, which is in those of clients of other namespaces");
            }
            return new Placement(shared, client.clientId(), ofListener);
        }
        String prefix = client.namespace().name() + "/";
        return new Placement(
                shared, prefix + client.clientId(), ofListener == null ? new Mountpoint(prefix) : ofListener);
    }

    /** The namespace that the sessions of a namespace's clients are in. */
    public Namespace sessionsOf(Namespace namespace) {
        return shared == null ? namespace : shared;
    }

    private static @Nullable Mountpoint ofListener(MountedClient client) throws PacketException {
        String written = client.peer().listener().mountpoint();
        if (written == null) {
            return null;
        }
        return new MountpointTemplate(written)
                .of(client)
                .orElseThrow(() -> new PacketException(
                        ReasonCode.NOT_AUTHORIZED,
                        "the mountpoint " + written + " needs values that are there, without '/', '+', '#' and"
                                + " '$' at the begin"));
    }
}
