package io.magnetar.stream.backfill;

import io.magnetar.stream.NamespaceStreams;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamDefinition.Life;
import io.magnetar.tenancy.Namespace;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a stream from being served that lacks what came to this broker. A message that is received from the moment T of joining on is
 * held by all brokers until the stream is served, and not copied; so it is missing when a broker
 *
 * <pre>
 *   hears of T when it is past                 what came since was not held
 *   hears 25 s after T that it is served       what was held was let go
 * </pre>
 *
 * Such a broker takes the marks back, as often as somebody sets them again: the stream is not served on any broker, and the one that
 * fills it ends. It is made anew then.
 *
 * <p>Thread: any; the catalog tells of changes.
 */
final class JoinWatch {
    private static final Logger LOG = LoggerFactory.getLogger(JoinWatch.class);
    /** So much the clock of receive times may differ from the other one of this broker. */
    private static final long TOLERANCE_MICROS = 100_000;

    /** One that is not there for a moment, for its definition was bad, is not heard of too late. */
    private static final long REMEMBERED_MICROS = TimeUnit.MINUTES.toMicros(10);
    /** A broker that reads no definitions for so long has no Pulsar either. */
    private static final long LATEST_MICROS = TimeUnit.MINUTES.toMicros(5);

    private static final String UNKNOWN = "unknown";

    private final StreamCatalog catalog;
    private final BackfillMarks marks;
    private final InstantSource clock;
    private final long upSinceMicros;
    private final Map<Identity, Seen> known = new HashMap<>();
    private final Set<Identity> writing = new HashSet<>();

    private record Identity(Namespace namespace, String name, long createdAtMillis) {
        static Identity of(StreamDefinition stream) {
            return new Identity(stream.namespace(), stream.name(), stream.life().createdAtMillis());
        }
    }

    /** A stream at the last look. */
    private record Seen(long liveFromMicros, boolean filling, String source, boolean spoiled) {
        static final Seen NOT_YET = new Seen(0, false, UNKNOWN, false);
    }

    JoinWatch(StreamCatalog catalog, BackfillMarks marks, InstantSource clock) {
        this.catalog = catalog;
        this.marks = marks;
        this.clock = clock;
        this.upSinceMicros = nowMicros();
    }

    /** The streams of a namespace have changed. */
    synchronized void look(Namespace namespace) {
        NamespaceStreams streams = catalog.of(namespace);
        List<StreamDefinition> watched = Stream.concat(
                        streams.filling().stream(),
                        streams.all().stream()
                                .filter(stream -> stream.life().wasFilled() || known.containsKey(Identity.of(stream))))
                .toList();
        Set<Identity> there = new HashSet<>();
        watched.forEach(stream -> there.add(Identity.of(stream)));
        long old = nowMicros() - REMEMBERED_MICROS;
        known.entrySet()
                .removeIf(stream -> stream.getKey().namespace().equals(namespace)
                        && !there.contains(stream.getKey())
                        && stream.getValue().liveFromMicros < old);
        watched.forEach(this::look);
    }

    private void look(StreamDefinition stream) {
        Identity identity = Identity.of(stream);
        Seen before = known.getOrDefault(identity, Seen.NOT_YET);
        Life life = stream.life();
        boolean spoiled = before.spoiled || hearsTooLate(before, life);
        String source = life.fillsFrom() == null ? before.source : life.fillsFrom();
        known.put(identity, new Seen(life.liveFromMicros(), life.isFilling(), source, spoiled));
        if (spoiled && !before.spoiled) {
            LOG.warn(
                    "{} would lack what this broker has received: it hears too late that it is joined to the stream '{}'."
                            + " It is not served; make it again",
                    stream.pulsarTopic(),
                    source);
        }
        if (spoiled) {
            takeBack(stream, identity, source);
        }
    }

    private boolean hearsTooLate(Seen before, Life life) {
        long now = nowMicros() + TOLERANCE_MICROS;
        boolean ofJoin = life.wasFilled()
                && life.liveFromMicros() != before.liveFromMicros
                && life.liveFromMicros() >= Math.max(upSinceMicros, now - LATEST_MICROS)
                && life.liveFromMicros() <= now;
        boolean ofEnd = life.wasFilled() && before.filling && !life.isFilling() && life.heldUntilMicros() <= now;
        return ofJoin || ofEnd;
    }

    private long nowMicros() {
        return TimeUnit.MILLISECONDS.toMicros(clock.millis());
    }

    private void takeBack(StreamDefinition stream, Identity identity, String source) {
        boolean isServed = !stream.life().isFilling();
        if ((isServed || stream.life().wasFilled()) && writing.add(identity)) {
            CompletableFuture<Void> written = isServed ? marks.notFilled(stream, source) : marks.holdNothing(stream);
            var unused = written.whenComplete((done, failure) -> written(stream, identity, failure));
        }
    }

    private synchronized void written(StreamDefinition stream, Identity identity, @Nullable Throwable failure) {
        writing.remove(identity);
        if (failure != null) {
            LOG.warn("{} is to be taken back and cannot be now: {}", stream.pulsarTopic(), failure.toString());
        }
    }

    /** What could not be written is tried again; to be called now and then. */
    synchronized void lookAgain() {
        Set<Namespace> namespaces = new HashSet<>();
        known.forEach((stream, seen) -> {
            if (seen.spoiled) {
                namespaces.add(stream.namespace());
            }
        });
        namespaces.forEach(this::look);
    }

    /** The stream is not whole, whatever its marks say. */
    synchronized void spoil(StreamDefinition stream) {
        String source =
                stream.life().fillsFrom() == null ? UNKNOWN : stream.life().fillsFrom();
        known.put(Identity.of(stream), new Seen(stream.life().liveFromMicros(), true, source, true));
        look(stream.namespace());
    }
}
