package io.magnetar.stream.group;

import io.magnetar.stream.RetentionFloors;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.StreamGroup;
import io.magnetar.stream.StreamGroups;
import io.magnetar.stream.StreamReaders;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.stream.failure.PulsarFailures;
import io.magnetar.stream.read.InTheMaking;
import io.magnetar.stream.read.MessageSelection;
import io.magnetar.stream.read.ReadSettings;
import io.magnetar.stream.turn.TurnThreads;
import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.ConsumerCryptoFailureAction;
import org.apache.pulsar.client.api.KeySharedPolicy;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException.ConsumerBusyException;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionType;

/**
 * Groups as durable Pulsar subscriptions: Key_Shared, so that a key is one member's at a time, or Shared where the stream has no
 * ordering buckets. A member is a consumer per partition. A membership ends with {@link Kind#GONE} when the catalog no longer has its
 * stream.
 *
 * <p>Thread: any.
 */
public final class PulsarStreamGroups implements StreamGroups {
    private final PulsarClient client;
    private final StreamCatalog catalog;
    private final ReadSettings settings;
    private final GroupSubscriptions subscriptions;
    private final ExecutorService executor;
    private final LongAdder undecodable = new LongAdder();
    private final LocalGroups local = new LocalGroups();
    private final Set<OpenMembership> open = ConcurrentHashMap.newKeySet();
    /** Open ones and those that are being opened. */
    private final AtomicInteger inUse = new AtomicInteger();

    /**
     * @param readers tell what position a start means
     * @param floors no new group begins below them
     * @param maxGroups how many a stream may have; one more is not made
     */
    public PulsarStreamGroups(
            PulsarClient client,
            PulsarAdmin admin,
            StreamCatalog catalog,
            StreamReaders readers,
            RetentionFloors floors,
            ReadSettings settings,
            int maxGroups) {
        this.client = client;
        this.catalog = catalog;
        this.settings = settings;
        this.subscriptions = new GroupSubscriptions(
                admin.topics(),
                new GroupCap(admin.topics(), maxGroups),
                readers,
                floors,
                new InTheMaking(catalog),
                settings);
        this.executor = TurnThreads.named("magnetar-group-", settings.threads());
        catalog.onChange(this::namespaceChanged);
    }

    @Override
    public CompletableFuture<Membership> join(
            StreamGroup group, StartPosition start, String member, GroupListener listener) {
        if (inUse.incrementAndGet() > settings.maxReaders()) {
            inUse.decrementAndGet();
            return CompletableFuture.failedFuture(new StreamFailureException(new StreamFailure(
                    Kind.QUOTA_EXCEEDED,
                    "the broker has " + settings.maxReaders() + " members in groups that share streams")));
        }
        return subscriptions
                .begin(group, start)
                .thenCompose(from ->
                        consumers(group, member).thenApply(consumers -> opened(group, from, consumers, listener)))
                .exceptionallyCompose(failure -> {
                    inUse.decrementAndGet();
                    return CompletableFuture.failedFuture(new StreamFailureException(failureOf(group, failure)));
                });
    }

    private static StreamFailure failureOf(StreamGroup group, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof ConsumerBusyException
                ? new StreamFailure(
                        Kind.UNSUPPORTED,
                        "the Pulsar subscription '" + group.subscription() + "' of the stream '"
                                + group.stream().name() + "' has consumers that are not " + type(group))
                : PulsarFailures.of(failure, group.stream().pulsarTopic());
    }

    private static SubscriptionType type(StreamGroup group) {
        return group.stream().orderBuckets() > 0 ? SubscriptionType.Key_Shared : SubscriptionType.Shared;
    }

    private CompletableFuture<List<Consumer<byte[]>>> consumers(StreamGroup group, String member) {
        List<CompletableFuture<Consumer<byte[]>>> opening = IntStream.range(
                        0, group.stream().partitions())
                .mapToObj(partition -> consumer(group, partition, member))
                .toList();
        return CompletableFuture.allOf(opening.toArray(CompletableFuture[]::new))
                .orTimeout(settings.openTimeoutMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        opening.forEach(PulsarStreamGroups::closeWhenOpen);
                    }
                })
                .thenApply(done -> opening.stream()
                        .map(consumer -> Objects.requireNonNull(consumer.getNow(null)))
                        .toList());
    }

    /** A subscription that is missing in a partition begins with all that is kept: what is before the group's start is passed over. */
    private CompletableFuture<Consumer<byte[]>> consumer(StreamGroup group, int partition, String member) {
        return client.newConsumer()
                .topic(group.stream().pulsarTopic(partition))
                .subscriptionName(group.subscription())
                .subscriptionType(type(group))
                .keySharedPolicy(KeySharedPolicy.autoSplitHashRange())
                .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                .consumerName(member)
                .enableBatchIndexAcknowledgment(true)
                .isAckReceiptEnabled(true)
                .receiverQueueSize(settings.prefetchMessages())
                .cryptoFailureAction(ConsumerCryptoFailureAction.DISCARD)
                .subscribeAsync();
    }

    private static void closeWhenOpen(CompletableFuture<Consumer<byte[]>> opening) {
        var unused = opening.thenCompose(Consumer::closeAsync).exceptionally(ignored -> null);
    }

    private Membership opened(
            StreamGroup group, StartPosition.Resume start, List<Consumer<byte[]>> consumers, GroupListener listener) {
        OpenMembership[] self = new OpenMembership[1];
        self[0] = new OpenMembership(
                group,
                consumers,
                local.joined(group),
                start,
                new MessageSelection(group.stream(), start, group.filter(), undecodable),
                listener,
                () -> {
                    open.remove(self[0]);
                    local.left(group);
                    inUse.decrementAndGet();
                },
                executor);
        open.add(self[0]);
        if (!isDefined(group.stream())) {
            fail(self[0]);
        }
        return self[0];
    }

    /** Whether there is such a stream, and what a group depends on is as it was: members of one that was altered join again. */
    private boolean isDefined(StreamDefinition stream) {
        return catalog.of(stream.namespace())
                .named(stream.name())
                .filter(defined -> defined.isSameAs(stream)
                        && defined.filter().equals(stream.filter())
                        && defined.orderBuckets() == stream.orderBuckets())
                .isPresent();
    }

    private void namespaceChanged(Namespace namespace) {
        open.stream()
                .filter(member -> member.stream().namespace().equals(namespace) && !isDefined(member.stream()))
                .forEach(PulsarStreamGroups::fail);
    }

    private static void fail(OpenMembership member) {
        member.fail(new StreamFailure(
                Kind.GONE, "the stream " + member.stream().name() + " no longer exists, or was altered"));
    }

    /** How many messages were passed over because they are no MQTT messages: they have no topic. */
    public long undecodableMessages() {
        return undecodable.sum();
    }

    /** Ends all memberships. */
    public void close() {
        open.forEach(OpenMembership::leave);
        executor.shutdown();
    }
}
