package io.magnetar.message;

import io.magnetar.tenancy.Namespace;
import org.jspecify.annotations.Nullable;

/**
 * Who published a message. One object per connection, shared by all its messages.
 *
 * @param namespace the namespace that the message belongs to
 * @param clientId the client identifier; null when the message did not come from an MQTT client
 * @param username the user name of CONNECT, or null
 */
public record Publisher(
        Namespace namespace,
        @Nullable String clientId,
        @Nullable String username) {}
