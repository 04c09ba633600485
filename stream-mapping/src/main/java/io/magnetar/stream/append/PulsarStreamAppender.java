package io.magnetar.stream.append;

import io.magnetar.message.Message;
import io.magnetar.stream.NamespaceStreams;
import io.magnetar.stream.StreamAppender;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.layout.MessageEncoder;
import io.magnetar.stream.turn.TurnThreads;
import io.magnetar.tenancy.Namespace;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.apache.pulsar.client.api.PulsarClient;
import org.jspecify.annotations.Nullable;

/**
 * Appends to streams with the Pulsar client. A stream's writers are made with its first message, and end when the catalog no
 * longer has it: what they could not write then is answered {@link Kind#GONE}. One that is made again under its name is another
 * one: what was meant for the old one is not written there, under a key that may no longer be right.
 *
 * <p>Thread: any.
 */
public final class PulsarStreamAppender implements StreamAppender {
    private static final long TICK_MILLIS = 500;
    private static final long GRACE_MILLIS = 2_000;

    private static final long AT_ONCE = 0;

    /** Streams by identity, those that are being filled and written to as well: a stream keeps its writers when its definition changes. */
    private record StreamName(Namespace namespace, String name, long createdAtMillis) {
        static StreamName of(StreamDefinition stream) {
            return new StreamName(
                    stream.namespace(), stream.name(), stream.life().createdAtMillis());
        }
    }

    private final StreamCatalog catalog;
    private final PartitionContents contents;
    private final Function<StreamDefinition, AppendMeter> meters;
    private final AppendSettings settings;
    private final PartitionLogs logs;
    private final ExecutorService executor;
    private final LongAdder pendingBytes = new LongAdder();
    private final Map<StreamName, StreamWriter> writers = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * @param owned the partitions of the broker in this process
     * @param contents tells whether a stream that refuses what does not fit has room
     * @param meters count what becomes of the messages of a stream
     * @param timer looks now and then for messages that have waited too long
     */
    public PulsarStreamAppender(
            PulsarClient client,
            OwnedPartitions owned,
            StreamCatalog catalog,
            PartitionContents contents,
            Function<StreamDefinition, AppendMeter> meters,
            AppendSettings settings,
            ScheduledExecutorService timer) {
        this.catalog = catalog;
        this.contents = contents;
        this.meters = meters;
        this.settings = settings;
        this.logs = new PartitionLogs(client, owned, settings);
        this.executor = TurnThreads.named("magnetar-append-", settings.threads());
        catalog.onChange(this::namespaceChanged);
        var unused = timer.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void append(StreamDefinition stream, Message message, AppendListener listener) {
        if (closed) {
            refuse(stream, new StreamFailure(Kind.UNAVAILABLE, "the broker is stopping"), listener);
            return;
        }
        if (!stream.life().takes(message.timestampMicros())) {
            listener.appended(notTaken(stream.name()));
            return;
        }
        StreamWriter writer = writer(stream, message.timestampMicros());
        if (writer == null) {
            StreamName name = StreamName.of(stream);
            refuse(stream, isRefused(name) ? notServed(stream.name()) : gone(stream.name()), listener);
            return;
        }
        String key = writer.keyOf(stream, message);
        long bytes = MessageEncoder.size(message, key);
        if (pendingBytes.sum() + bytes > settings.maxPendingBytes()) {
            refuse(
                    stream,
                    new StreamFailure(Kind.UNAVAILABLE, "too many messages wait to be written to streams"),
                    listener);
            return;
        }
        pendingBytes.add(bytes);
        AppendAccount account = writer.account();
        writer.append(new PendingAppend(message, key, bytes, account.deadlineNanos(), listener, account));
    }

    /** A stream that is gone has no counts. */
    private void refuse(StreamDefinition stream, StreamFailure failure, AppendListener listener) {
        if (current(StreamName.of(stream)).isPresent()) {
            meters.apply(stream).failed(failure.kind());
        }
        listener.appended(failure);
    }

    private static StreamFailure gone(String stream) {
        return new StreamFailure(Kind.GONE, "the stream " + stream + " is gone or was made anew");
    }

    /** The topic is still there: what it has not got is a failure, and its publisher sends it again. */
    private static StreamFailure notServed(String stream) {
        return new StreamFailure(Kind.UNAVAILABLE, "the stream " + stream + " was altered meanwhile");
    }

    private static StreamFailure notTaken(String stream) {
        return new StreamFailure(
                Kind.NOT_TAKEN, "the stream " + stream + " has it from the one that it is filled from");
    }

    /** The writers of a stream; null when the catalog does not have it: a writer could bring its Pulsar topic back. */
    private @Nullable StreamWriter writer(StreamDefinition stream, long receivedMicros) {
        StreamName name = StreamName.of(stream);
        StreamWriter writer = writers.get(name);
        return writer != null
                ? writer
                : writers.computeIfAbsent(
                        name,
                        ignored -> current(name)
                                .map(now -> open(now, receivedMicros))
                                .orElse(null));
    }

    /** @param receivedMicros when its first message was received, which is about now */
    private StreamWriter open(StreamDefinition stream, long receivedMicros) {
        StreamName name = StreamName.of(stream);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        if (!stream.life().isFilling()) {
            gate.complete(null);
        }
        long heldNanos = TimeUnit.MICROSECONDS.toNanos(stream.life().heldUntilMicros() - receivedMicros);
        return new StreamWriter(
                stream,
                AppendAccount.of(settings, pendingBytes, meters.apply(stream)),
                new StreamWriter.Gate(gate, System.nanoTime() + heldNanos),
                partition -> new PartitionWriter(
                        stream.pulsarTopic(partition),
                        new PartitionWriter.Shape(partition, stream.orderBuckets(), stream.limits()),
                        () -> gate.thenCompose(released -> open(name, stream, partition)),
                        () -> contents.of(current(name).orElse(stream), partition),
                        () -> current(name).isPresent(),
                        executor));
    }

    /** Not the partition of one that was made in the stream's place: a writer that has not heard of it yet has other keys. */
    private CompletableFuture<PartitionLog> open(StreamName name, StreamDefinition stream, int partition) {
        if (current(name).isEmpty()) {
            return isRefused(name) ? isNotServed(stream) : isGone(stream);
        }
        return logs.open(stream.pulsarTopic(partition), stream.orderBuckets() > 0)
                .thenCompose(log -> current(name).isPresent()
                        ? CompletableFuture.completedFuture(log)
                        : log.close().thenCompose(closed -> isRefused(name) ? isNotServed(stream) : isGone(stream)));
    }

    private static CompletableFuture<PartitionLog> isNotServed(StreamDefinition stream) {
        return CompletableFuture.failedFuture(new StreamFailureException(notServed(stream.name())));
    }

    private static CompletableFuture<PartitionLog> isGone(StreamDefinition stream) {
        return CompletableFuture.failedFuture(new StreamFailureException(gone(stream.name())));
    }

    /** The stream as it is defined now. */
    private Optional<StreamDefinition> current(StreamName name) {
        return catalog.of(name.namespace())
                .written(name.name())
                .filter(stream -> StreamName.of(stream).equals(name));
    }

    private void namespaceChanged(Namespace namespace) {
        writers.forEach((name, writer) -> {
            if (name.namespace().equals(namespace)) {
                look(name, writer);
            }
        });
    }

    private void look(StreamName name, StreamWriter writer) {
        Optional<StreamDefinition> now = current(name);
        if (now.isEmpty() || !writer.fits(now.get())) {
            writers.remove(name, writer);
            var unused = end(name, writer, now.isPresent());
        } else {
            writer.limit(now.get().limits());
            if (!now.get().life().isFilling()) {
                writer.release();
            }
        }
    }

    private CompletableFuture<Void> end(StreamName name, StreamWriter writer, boolean isStream) {
        if (writer.isHeld() && catalog.of(name.namespace()).filling(name.name()).isPresent()) {
            return writer.close(AT_ONCE, notTaken(name.name()));
        }
        return isStream || isRefused(name)
                ? writer.close(GRACE_MILLIS, notServed(name.name()))
                : writer.close(AT_ONCE, gone(name.name()));
    }

    /** Whether there is a topic of the name that is no stream: an admin may have altered it. */
    private boolean isRefused(StreamName name) {
        String topic = "/" + name.namespace().name() + "/" + StreamDefinition.STREAMS + "/" + name.name();
        NamespaceStreams streams = catalog.of(name.namespace());
        return streams.written(name.name()).isEmpty()
                && streams.filling(name.name()).isEmpty()
                && catalog.refused().stream()
                        .anyMatch(refused -> refused.pulsarTopic().endsWith(topic));
    }

    private void tick() {
        writers.forEach((name, writer) -> {
            writer.tick();
            if (writer.isHeld()) {
                current(name).ifPresent(stream -> lookAtHeld(name, writer, stream));
            }
        });
    }

    /** Nobody waits longer for a stream than it may take to be filled: what is held is in the other one. */
    private void lookAtHeld(StreamName name, StreamWriter writer, StreamDefinition stream) {
        if (!stream.life().isFilling()) {
            writer.release();
        } else if (writer.isOver()) {
            writers.remove(name, writer);
            var unused = writer.close(AT_ONCE, notTaken(name.name()));
        }
    }

    @Override
    public long pendingBytes() {
        return pendingBytes.sum();
    }

    /** Refuses what comes from now on and completes when all that was given before is answered. Never fails. */
    public CompletableFuture<Void> close() {
        closed = true;
        StreamFailure stopping = new StreamFailure(Kind.UNAVAILABLE, "the broker is stopping");
        return CompletableFuture.allOf(writers.values().stream()
                        .map(writer -> writer.close(settings.timeoutMillis(), stopping))
                        .toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> executor.shutdown());
    }
}
