package io.magnetar.mqtt.admin;

import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamCatalog.RefusedStream;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.definition.StreamTopic;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Which streams are served here, and why others are not.
 *
 * <p>Thread: any.
 */
final class StreamStates {
    private static final int LOOK_MILLIS = 50;
    private static final int PATIENCE_MILLIS = 10_000;

    private final StreamCatalog catalog;

    StreamStates(StreamCatalog catalog) {
        this.catalog = catalog;
    }

    /** All of a namespace, those that are refused too. */
    List<Map<String, Object>> of(Namespace namespace) {
        List<Map<String, Object>> streams = new ArrayList<>();
        for (StreamDefinition stream : catalog.of(namespace).all()) {
            Map<String, Object> description = StreamDescription.of(stream);
            description.putAll(state(namespace, stream.name()));
            streams.add(description);
        }
        for (RefusedStream refused : catalog.refused()) {
            String name = refused.pulsarTopic().replaceFirst(".*/", "");
            if (namespaceOf(refused).equals(namespace.name())
                    && served(namespace, name).isEmpty()) {
                Map<String, Object> description = new LinkedHashMap<>();
                description.put("namespace", namespace.name());
                description.put("name", name);
                description.putAll(state(namespace, name));
                streams.add(description);
            }
        }
        return streams;
    }

    /** Whether there is one of the name, be it refused. */
    boolean isKnown(Namespace namespace, String name) {
        return served(namespace, name).isPresent() || refusal(namespace, name).isPresent();
    }

    /** Completes when something is so; with false when that takes too long. */
    CompletableFuture<Boolean> await(BooleanSupplier isSo) {
        return until(isSo, PATIENCE_MILLIS);
    }

    /** Completes when something is so, or the stream is refused; with false when that takes too long. */
    CompletableFuture<Boolean> await(Namespace namespace, String name, BooleanSupplier isSo) {
        return until(() -> isSo.getAsBoolean() || refusal(namespace, name).isPresent(), PATIENCE_MILLIS);
    }

    /** How many a namespace has, those that are refused too. */
    int count(Namespace namespace) {
        long refused = catalog.refused().stream()
                .filter(one -> namespaceOf(one).equals(namespace.name()))
                .map(one -> one.pulsarTopic().replaceFirst(".*/", ""))
                .distinct()
                .filter(name -> served(namespace, name).isEmpty())
                .count();
        return Math.toIntExact(catalog.of(namespace).all().size() + refused);
    }

    /** The namespaces that have any. */
    List<Namespace> namespaces() {
        List<String> names = new ArrayList<>();
        catalog.all().forEach(stream -> names.add(stream.namespace().name()));
        catalog.refused().forEach(refused -> names.add(namespaceOf(refused)));
        return names.stream().distinct().sorted().map(Namespace::new).toList();
    }

    private static String namespaceOf(RefusedStream refused) {
        return refused.pulsarTopic().split("/", -1)[2];
    }

    Optional<StreamDefinition> served(Namespace namespace, String name) {
        return catalog.of(namespace).named(name);
    }

    private Optional<String> refusal(Namespace namespace, String name) {
        return refusals(namespace, name).map(RefusedStream::reason).findFirst();
    }

    private Stream<RefusedStream> refusals(Namespace namespace, String name) {
        String pulsarTopic = "//" + namespace.name() + "/" + StreamDefinition.STREAMS + "/" + name;
        return catalog.refused().stream()
                .filter(refused -> refused.pulsarTopic().endsWith(pulsarTopic));
    }

    /** Whether it is refused because there are others. */
    boolean isOneTooMany(Namespace namespace, String name) {
        return refusals(namespace, name).anyMatch(RefusedStream::isOneTooMany);
    }

    /** What becomes of a stream here. */
    Map<String, Object> state(Namespace namespace, String name) {
        Map<String, Object> state = new LinkedHashMap<>();
        Optional<String> refusal = refusal(namespace, name);
        boolean served = served(namespace, name).isPresent();
        boolean filling = catalog.of(namespace).filling(name).isPresent();
        state.put(
                "state", served ? "served" : filling ? "filling" : refusal.isPresent() ? "refused" : "not yet served");
        refusal.ifPresent(reason -> state.put("reason", reason));
        return state;
    }

    /** Completes when the stream is served as it is defined there, or refused; with false when that takes too long. */
    CompletableFuture<Boolean> await(StreamTopic topic, StreamDefinition defined) {
        Map<String, Object> expected = StreamDescription.of(defined);
        return until(
                () -> refusal(topic.namespace(), topic.name()).isPresent()
                        || served(topic.namespace(), topic.name())
                                .filter(stream -> StreamDescription.of(stream).equals(expected))
                                .isPresent(),
                PATIENCE_MILLIS);
    }

    /** Completes when the stream is no longer served; with false when that takes too long. */
    CompletableFuture<Boolean> awaitEnd(StreamTopic topic) {
        return until(() -> served(topic.namespace(), topic.name()).isEmpty(), PATIENCE_MILLIS);
    }

    private static CompletableFuture<Boolean> until(BooleanSupplier condition, int patienceMillis) {
        if (condition.getAsBoolean()) {
            return CompletableFuture.completedFuture(true);
        }
        if (patienceMillis <= 0) {
            return CompletableFuture.completedFuture(false);
        }
        return CompletableFuture.runAsync(
                        () -> {}, CompletableFuture.delayedExecutor(LOOK_MILLIS, TimeUnit.MILLISECONDS))
                .thenCompose(ignored -> until(condition, patienceMillis - LOOK_MILLIS));
    }
}
