package io.magnetar.mqtt.namespace;

import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides which namespace a client is in: the only place that does.
 *
 * <p>What the client itself, its certificate and its listener say is known before it is authenticated; only where the authenticator may
 * have a word does the decision wait for that. A name is taken exactly as it is, or not at all: none is changed to fit.
 *
 * <p>Thread: any; stateless.
 */
public final class NamespaceChoice {
    private final NamespaceSettings settings;

    public NamespaceChoice(NamespaceSettings settings) {
        this.settings = settings;
    }

    public Namespace defaultNamespace() {
        return settings.defaultNamespace();
    }

    /**
     * Decides before the client is authenticated.
     *
     * @return nothing when only the authenticator can tell
     * @throws PacketException with the code of the CONNACK that refuses
     */
    public Optional<Namespace> before(Newcomer client) throws PacketException {
        NamespaceRules.Found found = settings.rules().findBefore(client);
        return NamespaceRules.UNANSWERED.equals(found) ? Optional.empty() : Optional.of(of(found));
    }

    /**
     * Decides when the client is known to be who it says it is.
     *
     * @param answered the namespace that the authenticator named, or null
     * @throws PacketException with the code of the CONNACK that refuses
     */
    public Namespace after(Newcomer client, @Nullable String answered) throws PacketException {
        return of(settings.rules().find(client, answered));
    }

    /**
     * Sees to it that what the authenticator says agrees with what was decided before.
     *
     * @throws PacketException when it names another namespace
     */
    void confirm(Namespace chosen, String answered) throws PacketException {
        String name = settings.rules().answer(answered);
        if (!chosen.name().equals(name)) {
            throw new PacketException(
                    ReasonCode.NOT_AUTHORIZED, "the client does not belong to the namespace '" + chosen + "'");
        }
    }

    private Namespace of(NamespaceRules.@Nullable Found found) throws PacketException {
        if (found != null) {
            return legal(found);
        }
        if (settings.required()) {
            throw new PacketException(
                    ReasonCode.NOT_AUTHORIZED, "a client has a namespace here, and this one has told none");
        }
        return settings.defaultNamespace();
    }

    private Namespace legal(NamespaceRules.Found found) throws PacketException {
        String name = found.name();
        Optional<String> problem = Namespace.problem(name);
        if (problem.isPresent()) {
            throw new PacketException(found.source().refusal(), problem.get());
        }
        if (settings.denied().contains(name)) {
            throw new PacketException(
                    found.source().refusal(), "the namespace name '" + name + "' is denied to clients");
        }
        Namespace namespace = new Namespace(name);
        if (!settings.isServed(namespace)) {
            throw new PacketException(ReasonCode.NOT_AUTHORIZED, "the namespace '" + name + "' is not served here");
        }
        return namespace;
    }
}
