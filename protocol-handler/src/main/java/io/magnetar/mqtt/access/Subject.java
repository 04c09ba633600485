package io.magnetar.mqtt.access;

import io.magnetar.message.Publisher;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client, as rules see it.
 *
 * <p>Thread: immutable.
 *
 * @param named whether it has proved its user name; one that it has not proved gives it nothing, and takes all the same
 * @param role its Pulsar role, or null
 * @param commonName of the certificate that it has shown, or null
 * @param address its own
 * @param superuser whether it may do everything in its namespace
 * @param own the rules that its credential brought along
 */
public record Subject(
        Publisher publisher,
        boolean named,
        @Nullable String role,
        @Nullable String commonName,
        InetAddress address,
        boolean superuser,
        List<Rule> own) {
    public Subject {
        own = List.copyOf(own);
    }

    /** @param grants what the user name is looked at for: null for one that nobody has proved where it would give the client anything */
    @Nullable
    String username(boolean grants) {
        return grants && !named ? null : publisher.username();
    }

    String clientId() {
        String clientId = publisher.clientId();
        return clientId == null ? "" : clientId;
    }
}
