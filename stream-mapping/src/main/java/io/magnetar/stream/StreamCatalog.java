package io.magnetar.stream;

import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.function.Consumer;

/** All streams that exist, as the admins define them. Thread: any; answers from memory. */
public interface StreamCatalog {
    /** The streams of a namespace; none when the namespace has none. */
    NamespaceStreams of(Namespace namespace);

    /** Calls {@code listener} with a namespace after its streams have changed, on a thread of the catalog's. */
    void onChange(Consumer<Namespace> listener);

    /** The definitions that were refused, each with the reason. */
    List<RefusedStream> refused();

    /** All valid definitions of all namespaces. */
    List<StreamDefinition> all();

    /**
     * A definition that is not in force.
     *
     * @param pulsarTopic the partitioned Pulsar topic that carries it
     * @param reason what is wrong and what would be right
     */
    record RefusedStream(String pulsarTopic, String reason) {
        private static final String TOO_MANY = "the namespace has more than the ";

        /** One that a namespace may not have beside those that it has. */
        public static RefusedStream oneTooMany(String pulsarTopic, int maxStreams) {
            return new RefusedStream(
                    pulsarTopic,
                    TOO_MANY + maxStreams
                            + " streams that it may have, and this is none of the oldest: delete others, or allow more");
        }

        public boolean isOneTooMany() {
            return reason.startsWith(TOO_MANY);
        }
    }
}
