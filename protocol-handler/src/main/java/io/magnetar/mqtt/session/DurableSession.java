package io.magnetar.mqtt.session;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.flow.Failures;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.queue.NamespaceQueue;
import io.magnetar.mqtt.queue.OwedMessages;
import io.magnetar.mqtt.queue.PastOwing;
import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.mqtt.record.SessionProgress;
import io.magnetar.mqtt.record.StreamStart;
import io.magnetar.mqtt.record.SubscriptionRecord;
import io.magnetar.mqtt.record.WillRecord;
import io.magnetar.mqtt.session.RecordSaver.WhenSaved;
import io.magnetar.mqtt.share.SharedFilter;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.mqtt.share.SharedStreamFilter;
import io.magnetar.mqtt.stream.StreamKeeper;
import io.magnetar.mqtt.subscribe.DurableSubscriptions;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamSubscriptionSyntax;
import io.magnetar.topic.TopicFilter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The records of a durable session that has a connection. Subscriptions change one after the other, each recorded before it is
 * answered.
 *
 * <p>Thread: the session's owner; until {@link #attach} the one that opens it.
 */
public final class DurableSession implements DurableSubscriptions, StreamKeeper {
    private final DurableSessions sessions;
    private final SessionKey key;
    private final @Nullable SessionDefinition before;
    private final SessionProgress resumed;
    /** What is to be done with the subscriptions, the first of it under way. */
    private final ArrayDeque<Supplier<CompletableFuture<?>>> operations = new ArrayDeque<>();

    /** All progress before this time is saved, epoch milliseconds. */
    private volatile long settledMillis;

    private SessionDefinition definition;
    private @Nullable NamespaceQueue queue;
    private @Nullable Owner owner;
    private @Nullable OwedMessages owed;
    private boolean ended;

    /** @param before what it was without a connection; null when it is new */
    DurableSession(
            DurableSessions sessions,
            SessionKey key,
            @Nullable SessionDefinition before,
            SessionDefinition definition,
            SessionProgress resumed) {
        this.sessions = sessions;
        this.key = key;
        this.before = before;
        this.definition = definition;
        this.resumed = resumed;
        this.settledMillis = sessions.clock().millis();
    }

    /** All progress before this time is saved, epoch milliseconds. Any thread. */
    long settledMillis() {
        return settledMillis;
    }

    void settled(long epochMillis) {
        settledMillis = epochMillis;
    }

    SessionKey key() {
        return key;
    }

    SessionDefinition definition() {
        return definition;
    }

    /** Its subscriptions, as they were asked for. */
    public List<Subscribe.Request> requests() {
        return definition.subscriptions().stream()
                .map(SubscriptionRecord::request)
                .toList();
    }

    SessionProgress resumed() {
        return resumed;
    }

    /** @param opened null when it is not needed yet */
    void use(@Nullable NamespaceQueue opened) {
        queue = opened;
    }

    /** Gives the connection's flows what is owed. */
    void attach(Owner connectionOwner, OwedMessages messages) {
        owner = connectionOwner;
        owed = messages;
        if (queue != null) {
            messages.use(queue);
        }
        for (SubscriptionRecord subscription : definition.subscriptions()) {
            if (isOrdinary(subscription.filter())) {
                messages.add(new TopicFilter(subscription.filter()), subscription);
            }
        }
    }

    private static boolean isOrdinary(String filter) {
        return !SharedFilter.isShared(filter)
                && !SharedStreamFilter.isSharedStream(filter)
                && !StreamSubscriptionSyntax.isStream(filter);
    }

    @Override
    public void subscribed(
            Subscribe.Request request,
            int subscriptionId,
            Runnable live,
            BiConsumer<ReasonCode, @Nullable String> answer) {
        enqueue(() -> answered(record(request, subscriptionId, live), request, answer));
    }

    @Override
    public void keep(
            Subscribe.Request request,
            int subscriptionId,
            StreamStart start,
            BiConsumer<ReasonCode, @Nullable String> answer) {
        SubscriptionRecord subscription = new SubscriptionRecord(request, subscriptionId, List.of(), start);
        enqueue(() -> answered(saveWith(subscription), request, answer));
    }

    private static CompletableFuture<?> answered(
            CompletableFuture<?> recorded, Subscribe.Request request, BiConsumer<ReasonCode, @Nullable String> answer) {
        return recorded.whenComplete((done, failure) -> {
            Throwable cause = Failures.cause(failure);
            if (failure == null) {
                answer.accept(ReasonCode.granted(request.qos()), null);
            } else if (cause instanceof SharedGroups.LimitException limit) {
                answer.accept(ReasonCode.QUOTA_EXCEEDED, limit.getMessage());
            } else {
                answer.accept(ReasonCode.UNSPECIFIED_ERROR, "the subscription cannot be kept now");
            }
        });
    }

    @Override
    public void unsubscribed(String filter, Runnable then) {
        enqueue(() -> {
            forget(filter);
            return untilSaved(definition.with(without(filter))).thenRun(then);
        });
    }

    private void forget(String filter) {
        if (SharedFilter.isShared(filter)) {
            sessions.interests().releaseGroup(key, filter);
        } else if (isOrdinary(filter)) { // Of a stream only the record knows.
            TopicFilter topicFilter = new TopicFilter(filter);
            sessions.interests().endOwing(key, topicFilter);
            messages().remove(topicFilter);
        }
    }

    private CompletableFuture<?> record(Subscribe.Request request, int subscriptionId, Runnable live) {
        if (SharedFilter.isShared(request.filter())) {
            live.run();
            return recordGroup(new SubscriptionRecord(request, subscriptionId));
        }
        if (SharedStreamFilter.isSharedStream(request.filter())) {
            live.run();
            return saveWith(new SubscriptionRecord(request, subscriptionId));
        }
        TopicFilter filter = new TopicFilter(request.filter());
        SubscriptionRecord known = messages().subscription(filter);
        SubscriptionRecord before = known == null ? new SubscriptionRecord(request, subscriptionId) : known;
        if (request.qos() != Qos.AT_MOST_ONCE && !before.isOwing()) {
            return beginOwing(filter, before.changed(request, subscriptionId, 0), live);
        }
        long nowMicros = sessions.interests().handOver(key, () -> {
            live.run();
            if (request.qos() == Qos.AT_MOST_ONCE) {
                sessions.interests().endOwing(key, filter);
            } else {
                sessions.interests().owe(key, filter);
            }
            return sessions.clock().nextMicros();
        });
        return change(filter, before.changed(request, subscriptionId, nowMicros));
    }

    private CompletableFuture<?> recordGroup(SubscriptionRecord subscription) {
        if (subscription.qos() == Qos.AT_MOST_ONCE) {
            forget(subscription.filter());
            return saveWith(subscription);
        }
        return recordShared(subscription);
    }

    /** Messages are put into the queue, and delivered live as before, until it is known where in the queue they begin. */
    private CompletableFuture<?> beginOwing(TopicFilter filter, SubscriptionRecord subscription, Runnable live) {
        return onOwner(sessions.interests().queue(key))
                .thenCompose(opened -> {
                    if (ended) {
                        return CompletableFuture.failedFuture(new CancellationException("the connection has ended"));
                    }
                    messages().use(opened);
                    sessions.interests().owe(key, filter);
                    return onOwner(opened.ends());
                })
                .thenCompose(ends -> {
                    // What was received until now went out live.
                    long nowMicros = sessions.interests().handOver(key, () -> {
                        live.run();
                        return sessions.clock().nextMicros();
                    });
                    return change(filter, subscription.beginning(ends, nowMicros));
                })
                .whenComplete((done, failure) -> {
                    if (failure != null && !isRecordedAsOwing(filter)) {
                        sessions.endOwing(this, filter);
                    }
                });
    }

    /** A group that the session kept before stays kept when its new options cannot be recorded. */
    private CompletableFuture<Void> recordShared(SubscriptionRecord subscription) {
        boolean isKept = definition.subscriptions().stream()
                .anyMatch(known -> known.filter().equals(subscription.filter()) && GroupLoader.keepsGroup(known));
        return onOwner(sessions.interests().keepGroup(key, subscription.filter()))
                .thenCompose(kept -> ended
                        ? CompletableFuture.failedFuture(new CancellationException("the connection has ended"))
                        : saveWith(subscription))
                .whenComplete((done, failure) -> {
                    if (failure != null && !isKept) {
                        sessions.releaseGroup(this, subscription.filter());
                    }
                });
    }

    private boolean isRecordedAsOwing(TopicFilter filter) {
        return definition.subscriptions().stream()
                .anyMatch(known -> known.filter().equals(filter.value()) && known.isOwing());
    }

    /** What is owed changes at once; it is as before when that cannot be recorded. */
    private CompletableFuture<Void> change(TopicFilter filter, SubscriptionRecord subscription) {
        SubscriptionRecord before = messages().subscription(filter);
        messages().add(filter, subscription);
        messages().drain();
        return saveWith(subscription).whenComplete((done, failure) -> {
            if (failure != null) {
                takeBack(filter, before);
            }
        });
    }

    private void takeBack(TopicFilter filter, @Nullable SubscriptionRecord before) {
        if (before == null) {
            messages().remove(filter);
            return;
        }
        messages().add(filter, before);
        if (before.isOwing()) {
            sessions.interests().owe(key, filter);
        }
    }

    /** Forgets what subscriptions owed before they were changed, when all of that is done. To be called about every second. */
    void forgetPassed() {
        if (operations.isEmpty()) {
            messages().passed().forEach(passed -> enqueue(() -> forget(passed)));
        }
    }

    private CompletableFuture<?> forget(PastOwing.Passed passed) {
        TopicFilter filter = new TopicFilter(passed.filter());
        SubscriptionRecord known = messages().subscription(filter);
        return known == null
                ? CompletableFuture.completedFuture(null)
                : change(filter, known.without(passed.untilMicros()));
    }

    /** What could not be saved is taken back, for the client is told so; the record follows as soon as it can. */
    private CompletableFuture<Void> saveWith(SubscriptionRecord subscription) {
        List<SubscriptionRecord> earlier = definition.subscriptions();
        List<SubscriptionRecord> all = without(subscription.filter());
        all.add(subscription);
        return save(definition.with(all)).whenComplete((done, failure) -> {
            if (failure != null && !ended) {
                var unused = untilSaved(definition.with(earlier));
            }
        });
    }

    private List<SubscriptionRecord> without(String filter) {
        List<SubscriptionRecord> others = new ArrayList<>(definition.subscriptions());
        String ended = withoutOffset(filter);
        others.removeIf(subscription -> withoutOffset(subscription.filter()).equals(ended));
        return others;
    }

    private static String withoutOffset(String filter) {
        return SharedStreamFilter.isSharedStream(filter)
                ? SharedStreamFilter.withoutOffset(filter)
                : StreamSubscriptionSyntax.withoutOffset(filter);
    }

    /** Completes when the log has it, however long that takes. */
    private CompletableFuture<Void> untilSaved(SessionDefinition changed) {
        definition = changed;
        CompletableFuture<Void> saved = new CompletableFuture<>();
        sessions.change(this, changed, new WhenSaved(() -> saved.complete(null)));
        return onOwner(saved);
    }

    private CompletableFuture<Void> save(SessionDefinition changed) {
        definition = changed;
        CompletableFuture<Void> saved = new CompletableFuture<>();
        sessions.change(this, changed, failure -> complete(saved, failure));
        return onOwner(saved);
    }

    private static void complete(CompletableFuture<Void> future, @Nullable StreamFailure failure) {
        if (failure == null) {
            future.complete(null);
        } else {
            future.completeExceptionally(new IllegalStateException(failure.reason()));
        }
    }

    /** Completes at the owner. */
    private <T> CompletableFuture<T> onOwner(CompletableFuture<T> future) {
        Owner to = Objects.requireNonNull(owner, "attached");
        CompletableFuture<T> hopped = new CompletableFuture<>();
        var unused = future.whenComplete((value, failure) -> to.execute(() -> {
            if (failure == null) {
                hopped.complete(value);
            } else {
                hopped.completeExceptionally(failure);
            }
        }));
        return hopped;
    }

    private void enqueue(Supplier<CompletableFuture<?>> operation) {
        operations.add(operation);
        if (operations.size() == 1) {
            runNext();
        }
    }

    private void runNext() {
        Supplier<CompletableFuture<?>> next = operations.peek();
        if (next != null) {
            var unused = next.get().whenComplete((done, failure) -> {
                operations.poll();
                runNext();
            });
        }
    }

    private OwedMessages messages() {
        return Objects.requireNonNull(owed, "attached");
    }

    /** The client asks for another expiry, in seconds, and gets at most the longest. It is recorded when the connection ends. */
    void expireAfter(long seconds) {
        definition = definition.expiringAfter(Math.min(seconds, sessions.maxExpirySeconds()));
    }

    /** The client cancels its will. */
    void cancelWill() {
        definition = definition.withoutWill();
    }

    /** The will of the connection, or null. */
    @Nullable
    WillRecord will() {
        return definition.will();
    }

    void saveProgress(SessionProgress progress, AppendListener listener) {
        sessions.saveProgress(this, progress, listener);
    }

    /**
     * The connection has ended, and nothing of it is under way.
     *
     * @param whenSaved runs once, on any thread, when the log has the progress or a newer one; null for nothing
     */
    void end(SessionProgress progress, @Nullable Runnable whenSaved) {
        end(definition, progress, whenSaved);
    }

    /** What is still to be done with the subscriptions is not done: the next connection may have other wishes by then. */
    private void end(SessionDefinition last, SessionProgress progress, @Nullable Runnable whenSaved) {
        ended = true;
        operations.clear();
        sessions.end(this, last.leftAt(sessions.clock().millis()), progress, whenSaved);
    }

    /** No connection came of it: all is as it was before, and what was nothing is nothing again. */
    public void abandon() {
        if (before == null) {
            end(definition.withoutWill().expiringAfter(0), resumed, null);
        } else {
            sessions.end(this, before, resumed, null);
        }
    }
}
