package io.magnetar.mqtt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.queue.QueueCatalog;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A simulated broker with logs that answer at once unless told otherwise, and clients that do all they can. Thread: the test's. */
final class Scene {
    final Namespace namespace = new Namespace("one");
    final SimulatedLogs logs;
    final SimulatedSessionLog records;
    SimulatedBroker broker;

    private final Random random = new Random(1);
    private final VirtualTime time = new VirtualTime();
    private final Trace trace = new Trace(time, false);
    private final List<DurableClient> clients = new ArrayList<>();

    Scene() {
        logs = new SimulatedLogs(random, trace, 1);
        records = new SimulatedSessionLog(random, trace);
        logs.heal();
        records.heal();
        broker = begin();
        settle();
    }

    DurableClient client(String clientId, String filter, String... others) {
        DurableClient client = new DurableClient(random, trace, clientId, filter, List.of(others));
        clients.add(client);
        return client;
    }

    void pass(long millis) {
        time.pass(millis);
        settle();
    }

    /** The broker dies with all connections lost before, and another one starts. */
    void restart() {
        logs.crash();
        broker = begin();
        settle();
    }

    private SimulatedBroker begin() {
        QueueCatalog streams = new QueueCatalog();
        streams.add(new StreamDefinition(namespace, "none", new TopicFilter("none"), Message::topic, 1, 0));
        return new SimulatedBroker(random, time, namespace, streams, logs, records);
    }

    /** Runs until nothing happens any more. */
    void settle() {
        boolean busy = true;
        while (busy) {
            busy = false;
            for (DurableClient client : clients) {
                busy |= client.acknowledge();
                busy |= client.receiveOne();
                busy |= client.passOne();
            }
            busy |= broker.runOne();
            busy |= logs.settleOne();
            busy |= records.settleOne();
            busy |= logs.readOne();
        }
    }

    /** Takes as many turns of one step each. */
    void step(int turns) {
        for (int turn = 0; turn < turns; turn++) {
            for (DurableClient client : clients) {
                client.receiveOne();
                client.passOne();
            }
            broker.runOne();
            logs.settleOne();
            records.settleOne();
        }
    }

    void connect(DurableClient client) {
        client.connect(broker, false);
        settle();
        assertThat(client.isAccepted()).isTrue();
    }

    void connectAndSubscribe(DurableClient client) {
        connect(client);
        client.changeSubscriptions();
        settle();
        assertThat(client.always.isOn()).isTrue();
    }

    void lose(DurableClient client) {
        SimulatedConnection lost = client.lose();
        assertThat(lost).isNotNull();
        if (lost != null) {
            lost.lost();
        }
        settle();
    }
}
