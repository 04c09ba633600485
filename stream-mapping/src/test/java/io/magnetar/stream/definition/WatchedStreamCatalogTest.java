package io.magnetar.stream.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The catalog follows its source, also when that fails. */
class WatchedStreamCatalogTest {
    private static final Namespace NAMESPACE = new Namespace("public");

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    /** One stream, which comes with the first change; the looks after it fail twice. */
    private static final class FailingSource implements DefinitionSource {
        private final AtomicInteger looks = new AtomicInteger();
        private volatile Consumer<Namespace> listener = namespace -> {};

        @Override
        public CompletableFuture<Set<Namespace>> namespaces() {
            return CompletableFuture.completedFuture(Set.of(NAMESPACE));
        }

        @Override
        public CompletableFuture<List<StreamTopic>> topics(Namespace namespace) {
            return switch (looks.incrementAndGet()) {
                case 1 -> CompletableFuture.completedFuture(List.of());
                case 2, 3 -> CompletableFuture.failedFuture(new IllegalStateException("the store is away"));
                default ->
                    CompletableFuture.completedFuture(
                            List.of(new StreamTopic(namespace, "readings", 1, Map.of("mqtt.filter", "a/#")).pinned(1)));
            };
        }

        @Override
        public CompletableFuture<Void> pin(StreamTopic topic, int partitions) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onChange(Consumer<Namespace> told) {
            listener = told;
        }
    }

    @Test
    void looksAgainSoonWhenALookHasFailed() throws Exception {
        FailingSource source = new FailingSource();
        WatchedStreamCatalog catalog = new WatchedStreamCatalog(source, namespace -> 10, executor);
        CountDownLatch changed = new CountDownLatch(1);
        catalog.onChange(namespace -> changed.countDown());
        catalog.start().get(10, TimeUnit.SECONDS);

        source.listener.accept(NAMESPACE);

        assertThat(changed.await(10, TimeUnit.SECONDS))
                .as("long before all is looked at again")
                .isTrue();
        assertThat(catalog.of(NAMESPACE).named("readings")).isPresent();
        catalog.close();
    }
}
