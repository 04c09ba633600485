package io.magnetar.mqtt.admin;

import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamSubscriptionSyntax;
import io.magnetar.tenancy.Namespace;
import java.util.Optional;

/**
 * The streams that requests are about.
 *
 * <p>Thread: any.
 */
final class ServedStreams {
    private final StreamCatalog catalog;
    private final StreamStates states;

    ServedStreams(StreamCatalog catalog) {
        this.catalog = catalog;
        this.states = new StreamStates(catalog);
    }

    /** The stream that a subscription reads; nothing while there is none. */
    Optional<StreamDefinition> read(Namespace namespace, String filter) {
        return StreamSubscriptionSyntax.parse(filter, null, 0) instanceof StreamSubscriptionSyntax.Valid valid
                ? valid.stream().in(catalog.of(namespace))
                : Optional.empty();
    }

    /** Throws a {@link RefusedRequest} when there is none of the name, or one that is not served. */
    StreamDefinition named(Namespace namespace, String name) {
        return catalog.of(namespace).named(name).orElseThrow(() -> {
            Object reason = states.state(namespace, name).get("reason");
            return reason == null
                    ? RefusedRequest.missing("the namespace " + namespace + " has no stream '" + name + "'")
                    : new RefusedRequest(RefusedRequest.CONFLICT, "the stream is not served: " + reason);
        });
    }
}
