package io.magnetar.mqtt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.share.SharedFilter;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.queue.QueueCatalog;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Two clients with durable sessions, each publishing for the other, a group that both are members of now and then and a third one
 * always, a stream that keeps everything, and a broker that dies: its memory is gone, what its logs had confirmed is there, and what
 * was on its way to them may be.
 */
final class CrashSimulation {
    private static final int STEPS = 1_000;
    private static final String GROUP = "$share/g/shared/+";
    private static final TopicFilter SHARED_TOPIC = SharedFilter.parse(GROUP).filter();
    private static final int QUIET_SECONDS = 10;

    private final Random random;
    private final VirtualTime time = new VirtualTime();
    private final Namespace namespace = new Namespace("one");
    private final StreamDefinition stream =
            new StreamDefinition(namespace, "everything", new TopicFilter("#"), Message::topic, 1, 0);
    private final StreamDefinition queue;
    private final Trace trace;
    private final SimulatedLogs logs;
    private final SimulatedSessionLog sessionLog;
    /** The two that publish, and the one that keeps the group. */
    private final List<DurableClient> clients;

    private final DurableClient keeper;
    /** Most is published for the group, and connections are short. */
    private final boolean restless;

    /** Those that the client may send again to a broker that does not know who has had them live. */
    private final Set<String> unansweredInDeath = new HashSet<>();

    private final List<SimulatedConnection> unnoticed = new ArrayList<>();
    private SimulatedBroker broker;

    /** @param traced prints what happens */
    CrashSimulation(long seed, boolean traced) {
        random = new Random(seed);
        trace = new Trace(time, traced);
        restless = random.nextInt(3) == 0;
        int partitions = 1 + random.nextInt(2);
        queue = StreamDefinition.queueOf(namespace, partitions);
        logs = new SimulatedLogs(random, trace, partitions);
        sessionLog = new SimulatedSessionLog(random, trace);
        keeper = new DurableClient(random, trace, "keeper", GROUP, List.of());
        clients = List.of(client("a", "b"), client("b", "a"), keeper);
        broker = start();
    }

    private DurableClient client(String clientId, String peer) {
        DurableClient client = new DurableClient(
                random, trace, clientId, peer + "/always/+", List.of(peer + "/sometimes", GROUP, peer + "/always/one"));
        client.changesQosAtOnce = true;
        return client;
    }

    private SimulatedBroker start() {
        QueueCatalog streams = new QueueCatalog();
        streams.add(stream);
        return new SimulatedBroker(random, time, namespace, streams, logs, sessionLog);
    }

    void run() {
        for (int step = 0; step < STEPS; step++) {
            step();
        }
        settle();
        for (DurableClient publisher : clients.subList(0, 2)) {
            check(publisher, peer(publisher));
        }
    }

    private DurableClient peer(DurableClient client) {
        return client.equals(clients.get(0)) ? clients.get(1) : clients.get(0);
    }

    private int ended() {
        return clients.stream().mapToInt(DurableClient::ended).sum();
    }

    private void publish(DurableClient client) {
        if (!client.equals(keeper)) {
            DurableClient peer = peer(client);
            client.publish(
                    switch (random.nextInt(restless ? 20 : 5)) {
                        case 0 -> peer.sometimes.get(0);
                        case 1, 2 -> peer.always;
                        default -> keeper.always;
                    },
                    ended());
        }
    }

    private void step() {
        DurableClient client = clients.get(random.nextInt(clients.size()));
        switch (random.nextInt(40)) {
            case 0, 1, 2, 3 -> publish(client);
            case 4, 5, 6 -> client.acknowledge();
            case 7 -> client.changeSubscriptions();
            case 8 -> time.pass(random.nextInt(random.nextInt(10) == 0 ? 3_000 : 300));
            case 9 -> rare(client);
            case 13 -> {
                if (restless) {
                    lose(client);
                    notice();
                }
            }
            case 14 -> {
                if (!client.equals(keeper)) {
                    client.changeQos();
                }
            }
            case 10, 11, 12 -> connectUnlessConnected(client, random.nextInt(30) == 0);
            default -> work(client);
        }
    }

    private void rare(DurableClient client) {
        switch (random.nextInt(8)) {
            case 0, 1 -> crash();
            case 2, 3 -> lose(client);
            case 4 -> client.disconnect();
            case 5 -> notice();
            default -> {}
        }
    }

    private void connectUnlessConnected(DurableClient client, boolean clean) {
        if (broker.isStarted() && !client.isConnected()) {
            client.connect(broker, clean && !client.equals(keeper));
        }
    }

    private void work(DurableClient client) {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> broker.runOne();
            case 3 -> logs.settleOne();
            case 4 -> sessionLog.settleOne();
            case 5 -> logs.readOne();
            case 6 -> client.receiveOne();
            default -> client.passOne();
        }
    }

    private void lose(DurableClient client) {
        SimulatedConnection lost = client.lose();
        if (lost != null) {
            unnoticed.add(lost);
        }
    }

    private void notice() {
        if (!unnoticed.isEmpty()) {
            unnoticed.remove(random.nextInt(unnoticed.size())).lost();
        }
    }

    private void crash() {
        for (DurableClient client : clients) {
            for (int i = random.nextInt(4); i > 0; i--) {
                client.receiveOne();
            }
            var unused = client.lose();
        }
        trace.say(() -> "the broker dies");
        clients.forEach(client -> client.unanswered().forEach(sent -> unansweredInDeath.add(sent.text)));
        unnoticed.clear();
        logs.crash();
        sessionLog.crash();
        time.pass(1 + random.nextInt(2_000));
        broker = start();
    }

    /** Nothing fails any more: everything comes to its end. */
    private void settle() {
        logs.heal();
        sessionLog.heal();
        for (int quiet = 0, seconds = 0; quiet < QUIET_SECONDS; seconds++) {
            assertThat(seconds).as("it comes to an end").isLessThan(1_000);
            boolean busy = settleNow();
            quiet = busy ? 0 : quiet + 1;
            time.pass(1_000);
        }
        clients.forEach(client -> assertThat(client.isIdle()).isTrue());
    }

    /** @return whether anything arrived anywhere */
    private boolean settleNow() {
        boolean moved = false;
        boolean busy = true;
        while (busy) {
            busy = false;
            while (!unnoticed.isEmpty()) {
                notice();
            }
            for (DurableClient client : clients) {
                connectUnlessConnected(client, false);
                if (client.isAccepted() && !client.always.isOn() && !client.always.isAsked()) {
                    client.changeSubscriptions();
                }
                boolean clientBusy = client.acknowledge();
                clientBusy |= client.receiveOne();
                clientBusy |= client.passOne();
                moved |= clientBusy;
                busy |= clientBusy;
            }
            busy |= broker.runOne();
            busy |= logs.settleOne();
            busy |= sessionLog.settleOne();
            busy |= logs.readOne();
        }
        return moved;
    }

    private void check(DurableClient publisher, DurableClient subscriber) {
        List<Message> queued = logs.messages(queue);
        List<Message> streamed = logs.messages(stream);
        for (Published each : publisher.published) {
            int times = SHARED_TOPIC.matches(each.topic)
                    ? clients.stream().mapToInt(client -> times(client, each)).sum()
                    : times(subscriber, each);
            if (each.mustArrive() && !endedWith(each)) {
                assertThat(times).as("%s was promised and arrives", each.text).isPositive();
            }
            if (each.mustArriveAtAnyQos() && !SHARED_TOPIC.matches(each.topic)) {
                assertThat(times)
                        .as("%s was promised to one who was there all the time", each.text)
                        .isPositive();
            }
            if (each.mustNotArrive() && !SHARED_TOPIC.matches(each.topic)) {
                assertThat(times)
                        .as("%s was published before it was subscribed to", each.text)
                        .isZero();
            }
            if (each.isAnswered()) {
                assertThat(count(streamed, each.text))
                        .as("%s is in the stream", each.text)
                        .isPositive();
            }
            if (each.qos == Qos.EXACTLY_ONCE) {
                if (!mayComeLiveAgain(subscriber, each.text)) {
                    assertThat(times).as("%s arrives once", each.text).isLessThanOrEqualTo(1);
                }
                assertThat(count(queued, each.text))
                        .as("%s is queued once", each.text)
                        .isLessThanOrEqualTo(1);
                assertThat(count(streamed, each.text))
                        .as("%s is streamed once", each.text)
                        .isLessThanOrEqualTo(1);
            }
        }
        checkOrder(publisher, subscriber);
        checkWills(publisher, streamed);
    }

    /** What was sent at QoS 0 left no trace, neither in a broker that has died nor when a log has refused the message. */
    private boolean mayComeLiveAgain(DurableClient subscriber, String text) {
        return subscriber.live.contains(text) && (unansweredInDeath.contains(text) || logs.refused.contains(text));
    }

    private static int times(DurableClient subscriber, Published published) {
        return Collections.frequency(subscriber.received.getOrDefault(published.topic, List.of()), published.text);
    }

    /** A QoS 2 message that was a member's alone is gone when its session ends [MQTT-4.8.2-5]. */
    private boolean endedWith(Published each) {
        return SHARED_TOPIC.matches(each.topic) && each.qos == Qos.EXACTLY_ONCE && ended() > each.endedBefore;
    }

    private static long count(List<Message> messages, String text) {
        return messages.stream()
                .filter(message -> SimulatedLogs.text(message).equals(text))
                .count();
    }

    private void checkOrder(DurableClient publisher, DurableClient subscriber) {
        subscriber.received.forEach((topic, texts) -> {
            if (SHARED_TOPIC.matches(topic)) {
                return; // What another member had before comes later.
            }
            Set<String> first = new LinkedHashSet<>(texts);
            first.removeAll(logs.refused);
            first.removeAll(subscriber.live); // What comes live does not wait for what is queued.
            for (Qos qos : List.of(Qos.AT_LEAST_ONCE, Qos.EXACTLY_ONCE)) {
                List<Integer> numbers = first.stream()
                        .map(text -> publisher.published.get(Integer.parseInt(text.substring(text.indexOf('-') + 1))))
                        .filter(published -> published.qos == qos && published.isWanted())
                        .map(published -> published.number)
                        .toList();
                assertThat(numbers).as("order of " + topic).isSorted();
            }
        });
    }

    private void checkWills(DurableClient client, List<Message> streamed) {
        List<SimulatedWill> wills = client.wills;
        for (SimulatedWill will : wills) {
            long times = count(streamed, will.text);
            assertThat(times).as("%s is published once", will.text).isLessThanOrEqualTo(1);
            boolean isCurrent = will.equals(wills.get(wills.size() - 1));
            // One that a log refused may be lost when its client came back, and then the broker died.
            if (will.mustBePublished() && !isCurrent && !logs.refused.contains(will.text)) {
                assertThat(times).as("%s is published", will.text).isOne();
            }
        }
    }
}
