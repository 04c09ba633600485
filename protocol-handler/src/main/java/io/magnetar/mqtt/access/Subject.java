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
 * @param role its Pulsar role, or null
 * @param commonName of the certificate that it has shown, or null
 * @param address its own
 * @param superuser whether it may do everything in its namespace
 * @param own the rules that its credential brought along
 */
public record Subject(
        Publisher publisher,
        @Nullable String role,
        @Nullable String commonName,
        InetAddress address,
        boolean superuser,
        List<Rule> own) {
    public Subject {
        own = List.copyOf(own);
    }

    String clientId() {
        String clientId = publisher.clientId();
        return clientId == null ? "" : clientId;
    }
}
