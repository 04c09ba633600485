package io.magnetar.mqtt.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.auth.StreamCreators;
import io.magnetar.mqtt.flow.Failures;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamChoice;
import io.magnetar.stream.StreamCreation;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.definition.StreamTemplate;
import io.magnetar.stream.definition.StreamTopic;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a stream for the first who subscribes to it and may have it made. Who subscribes to the same here meanwhile waits for the
 * same stream, and two brokers that make it at once make one: its name follows from the filter.
 *
 * <p>Thread: any.
 */
public final class AutomaticStreams implements StreamCreation {
    private static final Logger LOG = LoggerFactory.getLogger(AutomaticStreams.class);
    private static final int MAX_UNDER_WAY = 64;
    private static final int MAX_FILTER_LENGTH = 1_024;
    private static final int READABLE_LENGTH = 40;
    private static final int HASH_BYTES = 8;

    private final StreamCatalog catalog;
    private final StreamStates states;
    private final StreamTopics topics;
    private final StreamCreators creators;
    private final StreamTemplate template;
    private final StreamCap cap;
    /** By Pulsar topic. */
    private final Map<String, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

    public AutomaticStreams(
            StreamCatalog catalog,
            StreamTopics topics,
            StreamCreators creators,
            StreamTemplate template,
            StreamCap cap) {
        this.catalog = catalog;
        this.states = new StreamStates(catalog);
        this.topics = topics;
        this.creators = creators;
        this.template = template;
        this.cap = cap;
    }

    /** A stream's name that follows from its filter: what can be read of it, and a hash. */
    static String nameOf(TopicFilter filter) {
        String readable = filter.value().replace('/', '.').replaceAll("[^.0-9A-Za-z_]", "_");
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(filter.value().getBytes(UTF_8));
            return "auto-" + readable.substring(0, Math.min(READABLE_LENGTH, readable.length())) + "-"
                    + HexFormat.of().formatHex(hash, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each Java has SHA-256", e);
        }
    }

    @Override
    public Optional<CompletableFuture<Void>> create(Publisher client, StreamChoice wanted) {
        if (wanted instanceof StreamChoice.Covering covering) {
            return Optional.of(create(client, wanted, nameOf(covering.filter()), covering.filter()));
        }
        StreamChoice.Named named = (StreamChoice.Named) wanted;
        TopicFilter filter = named.filter();
        return filter == null || states.isKnown(client.namespace(), named.name())
                ? Optional.empty()
                : Optional.of(create(client, wanted, named.name(), filter));
    }

    private CompletableFuture<Void> create(Publisher client, StreamChoice wanted, String name, TopicFilter filter) {
        if (filter.value().length() > MAX_FILTER_LENGTH) {
            return failed(
                    Kind.UNSUPPORTED, "no stream is made for a filter of over " + MAX_FILTER_LENGTH + " characters");
        }
        return creators.mayCreate(client, filter)
                .exceptionally(failure -> {
                    LOG.warn("Nobody can be asked who may make streams: {}", failure.toString());
                    return false;
                })
                .thenCompose(may -> may
                        ? once(template.topic(client.namespace(), name, filter), wanted)
                        : failed(
                                Kind.REFUSED,
                                wanted.whyNone(catalog.of(client.namespace())) + ", and the client may not make one"));
    }

    private CompletableFuture<Void> once(StreamTopic topic, StreamChoice wanted) {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> before = underWay.putIfAbsent(topic.pulsarTopic(), mine);
        if (before != null) {
            return before;
        }
        if (underWay.size() > MAX_UNDER_WAY) {
            fail(mine, Kind.QUOTA_EXCEEDED, "the broker makes " + MAX_UNDER_WAY + " streams at a time: try again");
        } else if (!cap.take(topic)) {
            fail(mine, Kind.QUOTA_EXCEEDED, full(topic.namespace()));
        } else {
            LOG.info("A client subscribes to what no stream keeps: {} is made", topic.pulsarTopic());
            var unusedMade = make(topic, wanted).whenComplete((done, failure) -> {
                cap.giveBack(topic);
                if (failure == null) {
                    mine.complete(null);
                } else {
                    mine.completeExceptionally(Failures.cause(failure));
                }
            });
        }
        var unused = mine.whenComplete((done, failure) -> underWay.remove(topic.pulsarTopic(), mine));
        return mine;
    }

    private CompletableFuture<Void> make(StreamTopic topic, StreamChoice wanted) {
        Namespace namespace = topic.namespace();
        return topics.create(topic)
                .thenApply(made -> true)
                .exceptionallyCompose(AutomaticStreams::unlessThere)
                .thenCompose(isMine -> states.await(
                                namespace,
                                topic.name(),
                                () -> wanted.in(catalog.of(namespace)).isPresent())
                        .thenCompose(seen -> made(topic, wanted, isMine)));
    }

    private CompletableFuture<Void> made(StreamTopic topic, StreamChoice wanted, boolean isMine) {
        if (wanted.in(catalog.of(topic.namespace())).isPresent()) {
            return CompletableFuture.completedFuture(null);
        }
        if (!cap.isOneTooMany(topic)) {
            return failed(Kind.UNAVAILABLE, notServed(topic));
        }
        return (isMine ? topics.delete(topic) : CompletableFuture.<Void>completedFuture(null))
                .thenCompose(deleted -> failed(Kind.QUOTA_EXCEEDED, full(topic.namespace())));
    }

    private String full(Namespace namespace) {
        return "the namespace has the " + cap.maxStreams(namespace) + " streams that it may have";
    }

    private String notServed(StreamTopic topic) {
        Object reason = states.state(topic.namespace(), topic.name()).get("reason");
        return "the stream " + topic.name() + " is made and not served"
                + (reason == null ? " yet: try again" : ": " + reason);
    }

    /** False when another broker was faster. */
    private static CompletableFuture<Boolean> unlessThere(Throwable thrown) {
        Throwable cause = Failures.cause(thrown);
        if (cause instanceof RefusedRequest refused) {
            return refused.status() == RefusedRequest.CONFLICT
                    ? CompletableFuture.completedFuture(false)
                    : failed(Kind.UNAVAILABLE, "the stream cannot be made: " + refused.getMessage());
        }
        return CompletableFuture.failedFuture(thrown);
    }

    private static void fail(CompletableFuture<Void> future, Kind kind, String reason) {
        future.completeExceptionally(new StreamFailureException(new StreamFailure(kind, reason)));
    }

    private static <T> CompletableFuture<T> failed(Kind kind, String reason) {
        return CompletableFuture.failedFuture(new StreamFailureException(new StreamFailure(kind, reason)));
    }
}
