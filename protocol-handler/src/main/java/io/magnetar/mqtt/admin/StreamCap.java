package io.magnetar.mqtt.admin;

import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.definition.StreamTopic;
import io.magnetar.tenancy.Namespace;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * How many streams a namespace may have, also while several are being made at this broker. Of those that two brokers make at once the
 * younger turns out to be one too many, and is deleted by who made it.
 *
 * <p>Thread: any.
 */
public final class StreamCap {
    private final StreamStates states;
    private final ToIntFunction<Namespace> maxStreams;
    /** Names, with those that have come into the catalog meanwhile. */
    private final Map<Namespace, Set<String>> making = new HashMap<>();

    /** @param maxStreams how many a namespace may have now */
    public StreamCap(StreamCatalog catalog, ToIntFunction<Namespace> maxStreams) {
        this.states = new StreamStates(catalog);
        this.maxStreams = maxStreams;
    }

    int maxStreams(Namespace namespace) {
        return maxStreams.applyAsInt(namespace);
    }

    /**
     * Takes a place for a stream that is to be made; {@link #giveBack} it when it is in the catalog, or will not be.
     *
     * @return false when the namespace is full
     */
    synchronized boolean take(StreamTopic topic) {
        Namespace namespace = topic.namespace();
        Set<String> names = making.computeIfAbsent(namespace, ignored -> new HashSet<>());
        long more =
                names.stream().filter(name -> !states.isKnown(namespace, name)).count();
        boolean hasPlace = states.count(namespace) + more < maxStreams(namespace);
        if (hasPlace) {
            names.add(topic.name());
        }
        if (names.isEmpty()) {
            making.remove(namespace);
        }
        return hasPlace;
    }

    synchronized void giveBack(StreamTopic topic) {
        making.computeIfPresent(topic.namespace(), (namespace, names) -> {
            names.remove(topic.name());
            return names.isEmpty() ? null : names;
        });
    }

    /** Whether a stream that was made is one too many. */
    boolean isOneTooMany(StreamTopic topic) {
        return states.isOneTooMany(topic.namespace(), topic.name());
    }
}
