package io.magnetar.mqtt.namespace;

import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.flow.Failures;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way of one client into its namespace.
 *
 * <pre>
 *   begin: chosen, unless the authenticator may decide --authenticated--> enter: chosen, opened --> told to the listener
 * </pre>
 *
 * No tenant is looked for before the client is authenticated.
 *
 * <p>Thread: the connection's owner.
 */
public final class NamespaceFlow {
    private final NamespaceChoice choice;
    private final Namespaces namespaces;
    private final Owner owner;
    private @Nullable Newcomer client;
    private @Nullable Namespace chosen;
    /** Until it is told. */
    private @Nullable Listener listener;

    public NamespaceFlow(NamespaceChoice choice, Namespaces namespaces, Owner owner) {
        this.choice = choice;
        this.namespaces = namespaces;
        this.owner = owner;
    }

    /** What becomes of it. Called at the owner. */
    public interface Listener {
        /** The namespace is open. */
        void entered(Namespace namespace);

        void refused(ReasonCode code, String reason);
    }

    /**
     * Begins with a client that connects.
     *
     * @return the namespace that it will be in; null when the authenticator may decide
     * @throws PacketException with the code of the CONNACK that refuses
     */
    public @Nullable Namespace begin(Newcomer newcomer) throws PacketException {
        client = newcomer;
        chosen = choice.before(newcomer).orElse(null);
        return chosen;
    }

    /**
     * Goes on with a client that is who it says it is. May tell the listener before it returns.
     *
     * @param named the namespace that the authenticator named, or null
     * @param username the user name that the client has proved, or null: what it has sent decides no more where it is
     */
    public void enter(@Nullable String named, @Nullable String username, Listener told) {
        Newcomer sent = Objects.requireNonNull(client, "begun");
        Newcomer proved = username == null ? sent : sent.named(username);
        Namespace namespace;
        try {
            namespace = chosen == null ? choice.after(proved, named) : chosen;
            if (chosen != null && !choice.before(proved).equals(Optional.of(chosen))) {
                throw new PacketException(
                        ReasonCode.NOT_AUTHORIZED, "the client does not belong to the namespace '" + chosen + "'");
            }
            if (chosen != null && named != null) {
                choice.confirm(chosen, named);
            }
        } catch (PacketException e) {
            told.refused(e.reasonCode(), e.problem());
            return;
        }
        if (namespaces.isOpen(namespace)) {
            told.entered(namespace);
            return;
        }
        listener = told;
        var unused = namespaces.open(namespace).whenCompleteAsync((done, failure) -> opened(namespace, failure), owner);
    }

    /**
     * Whether a client that was asked about once more, in the namespace that it has entered, is still in it.
     *
     * @param named the namespace that the authenticator named, or null
     * @param username the user name that the client has proved, or null
     */
    public boolean isIn(Namespace entered, @Nullable String named, @Nullable String username) {
        Newcomer sent = Objects.requireNonNull(client, "begun");
        try {
            return choice.after(username == null ? sent : sent.named(username), named)
                    .equals(entered);
        } catch (PacketException e) {
            return false;
        }
    }

    /** The connection has ended: it is told nothing more, and nobody who waits for the namespace keeps it in memory. */
    public void leave() {
        listener = null;
    }

    private void opened(Namespace namespace, @Nullable Throwable failure) {
        Listener told = listener;
        listener = null;
        if (told == null) {
            return;
        }
        if (failure == null) {
            told.entered(namespace);
        } else if (Failures.cause(failure) instanceof NamespaceRefusedException refused) {
            told.refused(refused.code(), String.valueOf(refused.getMessage()));
        } else {
            told.refused(ReasonCode.SERVER_UNAVAILABLE, "the namespace cannot be opened now");
        }
    }
}
