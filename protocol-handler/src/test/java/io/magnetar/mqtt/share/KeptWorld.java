package io.magnetar.mqtt.share;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.connection.SimulatedQueues;
import io.magnetar.mqtt.crash.SimulatedExecutor;
import io.magnetar.mqtt.crash.VirtualTime;
import io.magnetar.mqtt.record.GroupRecord;
import io.magnetar.mqtt.session.SimulatedOwner;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A group that a durable session keeps, which is away, over a log and records that outlive the broker. */
final class KeptWorld extends GroupWorld {
    static final Namespace NAMESPACE = new Namespace("one");
    static final SharedFilter GROUP = SharedFilter.parse(FILTER);
    private static final String AWAY = "away";

    final SimulatedQueues log = new SimulatedQueues();
    final SavedGroups records = new SavedGroups();
    private final SharedStrategy strategy;
    private final StreamDefinition queue = StreamDefinition.queueOf(NAMESPACE, SimulatedQueues.PARTITIONS);
    private SimulatedExecutor tails = new SimulatedExecutor(new Random(), new VirtualTime());
    private List<SimulatedOwner> owners = new ArrayList<>();
    private SimulatedGroups groups;
    /** Every text that the log has confirmed. */
    final Set<String> promised = new HashSet<>();

    private KeptWorld(long seed, SharedStrategy strategy) {
        super(new Random(seed));
        this.strategy = strategy;
        this.groups = start();
    }

    /** Nobody keeps the group yet. */
    static KeptWorld live(long seed, SharedStrategy strategy) {
        return new KeptWorld(seed, strategy);
    }

    /** The group is kept, and records are saved at the second attempt now and then. */
    static KeptWorld kept(long seed, SharedStrategy strategy) {
        KeptWorld world = new KeptWorld(seed, strategy);
        world.await(world.keep());
        world.records.failNowAndThen();
        return world;
    }

    private SimulatedGroups start() {
        tails = new SimulatedExecutor(random, new VirtualTime());
        owners = new ArrayList<>();
        for (int i = 0; i < TOPICS; i++) {
            owners.add(new SimulatedOwner());
        }
        return SimulatedGroups.kept(strategy, log, records, owners, tails);
    }

    CompletableFuture<Void> keep() {
        return groups.groups().keep(groups.routing(), GROUP, AWAY);
    }

    void release() {
        groups.groups().release(groups.routing(), GROUP, AWAY);
    }

    void await(CompletableFuture<Void> future) {
        while (!future.isDone()) {
            work();
        }
        assertThat(future).isCompleted();
    }

    /** The broker dies: what is not in a record is forgotten, and all its members are gone. */
    void crash() {
        records.crash();
        restart(records.saved());
    }

    /** The broker dies and finds that the group has been without members for so long. */
    void crashWithoutMembersSince(long millis) {
        records.crash();
        GroupRecord saved = records.saved();
        restart(new GroupRecord(System.currentTimeMillis() - millis, saved.liveUntilMicros(), saved.partitions()));
    }

    private void restart(GroupRecord record) {
        members.forEach(member -> member.ended = true);
        gone.addAll(members);
        members.clear();
        groups = start();
        await(groups.groups().restore(groups.routing(), GROUP, record, true, Set.of(AWAY)));
    }

    Message message(int topic, Qos qos, boolean retain, long micros) {
        return new Message(
                "jobs/" + topic,
                nextText(qos, topic).getBytes(UTF_8),
                qos,
                retain,
                MessageProperties.NONE,
                new Publisher(NAMESPACE, "publisher-" + topic, null),
                micros);
    }

    void publish(Qos qos) {
        append(message(random.nextInt(TOPICS), qos, false, Long.MAX_VALUE - 1));
    }

    void append(Message message) {
        log.append(queue, message, failure -> {
            if (failure == null) {
                promised.add(new String(message.payload(), UTF_8));
            }
        });
    }

    void tick() {
        groups.groups().tick();
    }

    @Override
    SimulatedGroups groups() {
        return groups;
    }

    @Override
    List<SimulatedOwner> owners() {
        return owners;
    }

    @Override
    boolean work() {
        boolean worked = log.work(random, false);
        worked |= records.work(random);
        worked |= tails.runOne();
        worked |= runOwners();
        return worked;
    }

    /** All that has been published and is not with a member comes. */
    void drain() {
        members.forEach(SimulatedMember::unblock);
        if (members.isEmpty()) {
            join(5, Qos.EXACTLY_ONCE);
        }
        for (int i = 0; i < 3; i++) {
            settle();
            tick();
        }
        settle();
    }
}
