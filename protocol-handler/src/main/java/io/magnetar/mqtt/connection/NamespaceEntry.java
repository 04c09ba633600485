package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.auth.AuthenticationFlow;
import io.magnetar.mqtt.auth.Identity;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.namespace.NamespaceFlow;
import io.magnetar.mqtt.namespace.Newcomer;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import org.jspecify.annotations.Nullable;

/**
 * The way of a client that is who it says it is into its namespace, where it may turn out to be somebody else than was known before.
 *
 * <p>Thread: the connection's owner.
 */
final class NamespaceEntry {
    private final NamespaceFlow namespace;
    private final AuthenticationFlow authentication;

    NamespaceEntry(NamespaceFlow namespace, AuthenticationFlow authentication) {
        this.namespace = namespace;
        this.authentication = authentication;
    }

    /**
     * Begins with a client that connects.
     *
     * @return the namespace that it will be in; null when the authenticator may decide
     * @throws PacketException with the code of the CONNACK that refuses
     */
    @Nullable
    Namespace begin(Newcomer newcomer) throws PacketException {
        return namespace.begin(newcomer);
    }

    /** The connection has ended. */
    void leave() {
        namespace.leave();
    }

    /** What becomes of it. Called at the owner. */
    interface Listener {
        /** @param identity what is known of the client there */
        void entered(Namespace namespace, Identity identity);

        void refused(ReasonCode code, String reason);
    }

    /** May tell the listener before it returns. */
    void enter(Identity identity, Listener told) {
        namespace.enter(identity.namespace(), identity.username(), new NamespaceFlow.Listener() {
            @Override
            public void entered(Namespace entered) {
                authentication.confirm(entered, known -> confirmed(entered, identity, known, told), told::refused);
            }

            @Override
            public void refused(ReasonCode code, String reason) {
                told.refused(code, reason);
            }
        });
    }

    private void confirmed(Namespace entered, Identity before, Identity known, Listener told) {
        String named = known.namespace() == null ? before.namespace() : known.namespace();
        if (known.equals(before) || namespace.isIn(entered, named, known.username())) {
            told.entered(entered, known);
        } else {
            told.refused(ReasonCode.NOT_AUTHORIZED, "the client does not belong to the namespace '" + entered + "'");
        }
    }
}
