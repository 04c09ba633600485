package io.magnetar.it.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.Ended;
import io.magnetar.stream.StreamReaders.Passed;
import io.magnetar.stream.StreamReaders.StreamListener;
import io.magnetar.stream.StreamReaders.StreamMessage;
import io.magnetar.stream.StreamReaders.StreamReader;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** What one reader has read. */
final class Replay implements StreamListener, AutoCloseable {
    final List<StreamMessage> messages = new CopyOnWriteArrayList<>();
    final AtomicInteger placesLost = new AtomicInteger();
    final AtomicInteger missed = new AtomicInteger();
    volatile @Nullable StreamFailure failure;
    /** How many messages had been read when the range ended. */
    volatile int endedAfter = -1;

    @Nullable
    StreamReader reader;

    @Override
    public void onMessage(StreamMessage message) {
        messages.add(message);
    }

    @Override
    public void onPassed(Passed passed) {}

    @Override
    public void onPlaceLost(int partition) {
        placesLost.incrementAndGet();
    }

    @Override
    public void onMissed(int partition) {
        missed.incrementAndGet();
    }

    @Override
    public void onFailed(StreamFailure reason) {
        failure = reason;
    }

    @Override
    public void onEnded(Ended ended) {
        endedAfter = messages.size();
    }

    void request(int count) {
        Objects.requireNonNull(reader).request(count);
    }

    /** Asks for many, and waits until so many messages are there. */
    List<String> all(int count) {
        request(1_000_000);
        return await(count);
    }

    /** The payloads, once there are so many. */
    List<String> await(int count) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> messages.size() >= count);
        return payloads();
    }

    List<String> payloads() {
        return messages.stream()
                .map(read -> new String(read.message().payload(), UTF_8))
                .toList();
    }

    @Override
    public void close() {
        Objects.requireNonNull(reader).close();
    }
}
