package io.magnetar.mqtt.subscribe;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.access.AccessRequest;
import io.magnetar.mqtt.access.ClientAccess;
import io.magnetar.mqtt.access.Decision;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.share.SharedFilter;
import io.magnetar.mqtt.share.SharedStreamFilter;
import io.magnetar.stream.NamespaceStreams;
import io.magnetar.stream.StreamChoice;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamSubscriptionSyntax;
import io.magnetar.topic.TopicFilter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which subscriptions a client may have. What counts is what a subscription would deliver: of {@code $share/g/a/#} and
 * {@code $s/earliest/a/#} that is {@code a/#}, of {@code $stream/name} the stream's own filter. Rules may also be about how it is written.
 *
 * <p>Thread: the connection's owner.
 */
public final class SubscriptionRights {
    private static final int DECIDED_AGAIN = 2;

    private final SessionServices services;
    private final ClientAccess access;
    /** What was allowed, to be looked at again when rules change, by its filter without an offset. */
    private final Map<String, Subscribe.Request> allowed = new HashMap<>();

    private final Predicate<String> isThere;

    /** @param isThere tells the filters that the client is subscribed to */
    public SubscriptionRights(SessionServices services, ClientAccess access, Predicate<String> isThere) {
        this.services = services;
        this.access = access;
        this.isThere = isThere;
    }

    /**
     * Decides on subscriptions. Rules that change before all is decided are asked again.
     *
     * @param then told once, at the owner, maybe before this returns, of those that are not allowed by their filters
     */
    public void decide(List<Subscribe.Request> requests, Consumer<Map<String, Decision>> then) {
        if (allowed.size() > 2 * services.limits().maxSubscriptions()) {
            forgetOthers();
        }
        decide(requests, DECIDED_AGAIN, then);
    }

    private void decide(List<Subscribe.Request> requests, int again, Consumer<Map<String, Decision>> then) {
        long rules = access.rules();
        Waiting waiting = new Waiting(refused -> {
            if (again > 0 && rules != access.rules()) {
                decide(requests, again - 1, then);
                return;
            }
            requests.stream()
                    .filter(request -> !refused.containsKey(request.filter()))
                    .forEach(this::note);
            then.accept(refused);
        });
        for (Subscribe.Request request : requests) {
            decide(
                    request,
                    decision -> {
                        if (decision != Decision.ALLOWED) {
                            waiting.refused.merge(request.filter(), decision, SubscriptionRights::worse);
                        }
                        waiting.one();
                    },
                    waiting);
        }
        waiting.one();
    }

    private void decide(Subscribe.Request request, Consumer<Decision> then, Waiting waiting) {
        waiting.count++;
        Decision written = writtenRight(request);
        Optional<AccessRequest> delivered = written == Decision.ALLOWED ? delivered(request) : Optional.empty();
        if (delivered.isPresent()) {
            access.decideOnFilter(delivered.get(), then);
        } else {
            then.accept(written);
        }
    }

    private static Decision worse(Decision one, Decision other) {
        return one == Decision.DENIED ? one : other;
    }

    /** Those who are still asked. */
    private static final class Waiting {
        final Map<String, Decision> refused = new HashMap<>();
        private final Consumer<Map<String, Decision>> then;
        /** One more, so that nobody is told before all were asked. */
        int count = 1;

        Waiting(Consumer<Map<String, Decision>> then) {
            this.then = then;
        }

        void one() {
            count--;
            if (count == 0) {
                then.accept(refused);
            }
        }
    }

    private Decision writtenRight(Subscribe.Request request) {
        String filter = request.filter();
        boolean isPlain = !SharedFilter.isShared(filter)
                && !SharedStreamFilter.isSharedStream(filter)
                && !StreamSubscriptionSyntax.isStream(filter);
        return isPlain || TopicFilter.problem(filter).isPresent()
                ? Decision.ALLOWED
                : access.written(filter, request.qos());
    }

    /** What a subscription would deliver; empty when it is malformed, or its stream is not there: then it delivers nothing. */
    private Optional<AccessRequest> delivered(Subscribe.Request request) {
        String filter = request.filter();
        if (SharedStreamFilter.isSharedStream(filter)) {
            return ofStream(SharedStreamFilter.parse(filter).stream(), request);
        }
        if (StreamSubscriptionSyntax.isStream(filter)) {
            return ofStream(filter, request);
        }
        if (SharedFilter.isShared(filter)) {
            return SharedFilter.problem(filter).isPresent()
                    ? Optional.empty()
                    : Optional.of(AccessRequest.subscribe(
                            SharedFilter.parse(filter).filter().value(), request.qos()));
        }
        return TopicFilter.problem(filter).isPresent()
                ? Optional.empty()
                : Optional.of(AccessRequest.subscribe(filter, request.qos()));
    }

    private Optional<AccessRequest> ofStream(String filter, Subscribe.Request request) {
        long nowMicros = TimeUnit.MILLISECONDS.toMicros(services.clock().millis());
        if (!(StreamSubscriptionSyntax.parse(filter, request.stream().offset(), nowMicros)
                instanceof StreamSubscriptionSyntax.Valid wanted)) {
            return Optional.empty();
        }
        NamespaceStreams streams = services.streams().of(access.publisher().namespace());
        Optional<StreamDefinition> stream = wanted.stream().in(streams);
        Qos qos = request.qos();
        if (stream.isPresent()) {
            String topics = wanted.stream().filterOf(stream.get()).value();
            return Optional.of(AccessRequest.read(stream.get().name(), topics, qos));
        }
        TopicFilter asked = asked(wanted.stream());
        return asked == null ? Optional.empty() : Optional.of(AccessRequest.subscribe(asked.value(), qos));
    }

    private static @Nullable TopicFilter asked(StreamChoice choice) {
        return choice instanceof StreamChoice.Covering covering
                ? covering.filter()
                : ((StreamChoice.Named) choice).filter();
    }

    private void note(Subscribe.Request request) {
        allowed.put(withoutOffset(request.filter()), request);
    }

    private static String withoutOffset(String filter) {
        return SharedStreamFilter.isSharedStream(filter)
                ? SharedStreamFilter.withoutOffset(filter)
                : StreamSubscriptionSyntax.withoutOffset(filter);
    }

    /** The session had these subscriptions before this connection. */
    public void resume(List<Subscribe.Request> requests) {
        requests.forEach(this::note);
    }

    private void forgetOthers() {
        allowed.values().removeIf(request -> !isThere.test(request.filter()));
    }

    /**
     * Looks again at all that was allowed, for rules may have changed. Where nobody can be asked now, a subscription stays.
     *
     * @param denied told, at the owner, each filter that it may not have any more
     */
    public void lookAgain(Consumer<String> denied) {
        forgetOthers();
        decide(
                List.copyOf(allowed.values()),
                refused -> refused.forEach((filter, decision) -> {
                    if (decision == Decision.DENIED && isThere.test(filter)) {
                        allowed.remove(withoutOffset(filter));
                        access.countEnded();
                        denied.accept(filter);
                    }
                }));
    }
}
