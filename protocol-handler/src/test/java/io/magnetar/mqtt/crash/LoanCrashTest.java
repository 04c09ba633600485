package io.magnetar.mqtt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.mqtt.session.RecordKey;
import io.magnetar.mqtt.session.SessionKey;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.queue.QueueCatalog;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A group lends a member a QoS 2 message, and the member leaves while its session records that. */
class LoanCrashTest {
    private static final String GROUP = "$share/g/shared/+";

    private final Random random = new Random(1);
    private final VirtualTime time = new VirtualTime();
    private final Namespace namespace = new Namespace("one");
    private final Trace trace = new Trace(time, false);
    private final SimulatedLogs logs = new SimulatedLogs(random, trace, 1);
    private final SimulatedSessionLog records = new SimulatedSessionLog(random, trace);
    private final DurableClient publisher = new DurableClient(random, trace, "publisher", "nothing", List.of());
    private final DurableClient leaving = new DurableClient(random, trace, "leaving", GROUP, List.of());
    private final DurableClient other = new DurableClient(random, trace, "other", GROUP, List.of());
    private final List<DurableClient> clients = List.of(publisher, leaving, other);
    private SimulatedBroker broker;

    LoanCrashTest() {
        logs.heal();
        records.heal();
        broker = start();
        settle();
    }

    private SimulatedBroker start() {
        QueueCatalog streams = new QueueCatalog();
        streams.add(new StreamDefinition(namespace, "none", new TopicFilter("none"), Message::topic, 1, 0));
        return new SimulatedBroker(random, time, namespace, streams, logs, records);
    }

    /** Runs until nothing happens any more. */
    private void settle() {
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

    private void connect(DurableClient client) {
        client.connect(broker, false);
        settle();
        assertThat(client.isAccepted()).isTrue();
    }

    private void connectAndSubscribe(DurableClient client) {
        connect(client);
        client.changeSubscriptions();
        settle();
        assertThat(client.always.isOn()).isTrue();
    }

    private void lose(DurableClient client) {
        SimulatedConnection lost = client.lose();
        assertThat(lost).isNotNull();
        if (lost != null) {
            lost.lost();
        }
        settle();
    }

    /** The member that leaves has been lent the message, and its record of that is on its way. */
    private void lend() {
        connectAndSubscribe(other);
        lose(other);
        connectAndSubscribe(leaving);
        connect(publisher);
        records.hold(new RecordKey(RecordKey.Kind.PROGRESS, new SessionKey(namespace, "leaving")));
        while (!records.isHolding()) {
            publisher.publish(leaving.always, 0);
            settle();
        }
        connect(other);
        lose(leaving);
    }

    private static List<String> exactlyOnce(DurableClient client, DurableClient publisher) {
        return client.received.values().stream()
                .flatMap(List::stream)
                .filter(text ->
                        publisher.published.stream().anyMatch(sent -> sent.text.equals(text) && sent.qos.value() == 2))
                .toList();
    }

    @Test
    void nobodyElseGetsItWhileARecordOfItMayBeInTheLog() { // [MQTT-4.8.2-5]
        lend();

        lose(publisher);
        lose(other);
        records.crash();
        records.letGo();
        logs.crash();
        broker = start();
        settle();
        connect(other);
        connect(leaving);
        time.pass(20_000);
        settle();

        assertThat(exactlyOnce(leaving, publisher)).hasSize(1);
        assertThat(exactlyOnce(other, publisher)).isEmpty();
    }

    @Test
    void anotherGetsItWhenNoRecordOfItIsLeft() {
        lend();
        assertThat(exactlyOnce(other, publisher)).isEmpty();

        records.letGo();
        settle();

        assertThat(exactlyOnce(leaving, publisher)).isEmpty();
        assertThat(exactlyOnce(other, publisher)).hasSize(1);
    }
}
