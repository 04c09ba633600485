package io.magnetar.mqtt.admin;

import io.magnetar.stream.StreamBackfill;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.definition.StreamDefinitionParser;
import io.magnetar.stream.definition.StreamTopic;
import io.magnetar.tenancy.Namespace;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Streams that are made from others.
 *
 * <p>Thread: any; never blocks.
 */
final class Backfills {
    private final StreamCatalog catalog;
    private final StreamStates states;
    private final StreamBackfill backfill;

    Backfills(StreamCatalog catalog, StreamBackfill backfill) {
        this.catalog = catalog;
        this.states = new StreamStates(catalog);
        this.backfill = backfill;
    }

    /** What is wrong with filling a stream from another. */
    Optional<String> problem(StreamDefinition target, String from) {
        Optional<StreamDefinition> source = catalog.of(target.namespace()).named(from);
        if (source.isEmpty()) {
            return Optional.of("the namespace " + target.namespace() + " has no stream '" + from + "' to fill it from");
        }
        if (source.get().lastValue()) {
            return Optional.of(
                    "the stream '" + from + "' is a last-value stream: what compaction has left of it is not copied; "
                            + "fill from one that keeps every message");
        }
        return source.get().filter().covers(target.filter())
                ? Optional.empty()
                : Optional.of("the stream '" + from + "' keeps " + source.get().filter() + ", which does not cover "
                        + target.filter());
    }

    /** The topic of a stream that is to be filled before it is served. */
    StreamTopic topic(StreamTopic topic, String from) {
        Map<String, String> properties = new HashMap<>(topic.properties());
        properties.put(StreamDefinitionParser.BACKFILL, from);
        return topic.withProperties(properties);
    }

    /** Whether a topic is one that was begun to be filled: it has nothing that is not kept elsewhere, and may be made anew. */
    static boolean isUnfinished(StreamTopic topic) {
        return topic.properties().containsKey(StreamDefinitionParser.BACKFILL);
    }

    /** The stream that is being filled, as it is known here. */
    Optional<StreamDefinition> filling(StreamTopic topic) {
        return catalog.of(topic.namespace()).filling(topic.name());
    }

    /**
     * Begins, as soon as the stream is known here.
     *
     * @param before the one of its name that it was made in the place of
     */
    CompletableFuture<Void> begin(StreamTopic topic, String from, Optional<StreamDefinition> before) {
        Namespace namespace = topic.namespace();
        return states.await(() -> filling(topic)
                        .filter(seen -> before.filter(seen::isSameAs).isEmpty())
                        .isPresent())
                .thenAccept(seen -> {
                    Optional<StreamDefinition> source = catalog.of(namespace).named(from);
                    Optional<StreamDefinition> target = filling(topic);
                    String obstacle = source.isEmpty() || target.isEmpty()
                            ? "one of both streams is not there"
                            : backfill.begin(source.get(), target.get()).orElse(null);
                    if (obstacle != null) {
                        throw new RefusedRequest(
                                RefusedRequest.UNAVAILABLE,
                                "the stream is made and cannot be filled now, ask for it again: " + obstacle);
                    }
                });
    }

    /** How far it is, for JSON; nothing when none was begun with at this broker. */
    Map<String, Object> describe(Namespace namespace, String name) {
        Map<String, Object> described = new LinkedHashMap<>();
        backfill.progress(namespace, name).ifPresent(progress -> {
            described.put("from", progress.source());
            described.put("phase", progress.phase().name().toLowerCase(Locale.ROOT));
            described.put("copied", progress.copied());
            described.put("reachedMicros", progress.reachedMicros());
            if (!progress.reason().isEmpty()) {
                described.put("reason", progress.reason());
            }
        });
        return described;
    }
}
