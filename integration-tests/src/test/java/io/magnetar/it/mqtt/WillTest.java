package io.magnetar.it.mqtt;

import static io.magnetar.it.client.DurableClients.connect;
import static io.magnetar.it.client.DurableClients.durable;
import static io.magnetar.it.client.DurableClients.fourBytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Wills: MQTT 5.0 section 3.1.2.5 and their delay, section 3.1.3.2.2. */
@ExtendWith(MqttExtension.class)
class WillTest {
    private static final int LONG = 600;
    private static final int NORMAL = 0x00;
    private static final int WITH_WILL = 0x04;

    /** CONNECT of MQTT 5 with a will at QoS 1 on {@code will/<clientId>}, whose payload is "gone". */
    private static byte[] withWill(String clientId, boolean cleanStart, int expirySeconds, int delaySeconds) {
        int flags = 0x0C | (cleanStart ? 0x02 : 0);
        return RawClient.packet(
                0x10,
                "MQTT",
                5,
                flags,
                0,
                60,
                5,
                0x11,
                fourBytes(expirySeconds),
                clientId,
                5,
                0x18,
                fourBytes(delaySeconds),
                "will/" + clientId,
                "gone");
    }

    private static RawClient connected(MqttBroker broker, byte[] connect) throws IOException {
        RawClient client = new RawClient(broker.port());
        connect(client, connect);
        return client;
    }

    /** A watcher of one client's will; {@link #expectNoMore} tells that nothing came but what was taken. */
    private static Device watch(MqttBroker broker, String clientId) {
        Device watcher = Device.connect(broker.port(), "watcher-of-" + clientId);
        watcher.subscribe("will/" + clientId, MqttQos.EXACTLY_ONCE);
        return watcher;
    }

    private static void expectNoMore(Device watcher, String clientId) throws InterruptedException {
        watcher.publish("will/" + clientId, "end", MqttQos.AT_LEAST_ONCE);
        assertThat(Device.text(watcher.next())).isEqualTo("end");
    }

    @Test
    void comesAfterItsDelay(MqttBroker broker) throws Exception { // [MQTT-3.1.3-9], [MQTT-3.1.2-7], [MQTT-3.1.2-14]
        try (Device watcher = watch(broker, "delayed");
                Device late = Device.connect(broker.port(), "late")) {
            RawClient client = connected(broker, withWill("delayed", true, LONG, 2));
            long closing = System.nanoTime();
            client.close();

            Mqtt5Publish will = watcher.next();

            assertThat(Duration.ofNanos(System.nanoTime() - closing)).isGreaterThan(Duration.ofMillis(1_900));
            assertThat(Device.text(will)).isEqualTo("gone");
            assertThat(will.getQos()).isEqualTo(MqttQos.AT_LEAST_ONCE);
            late.subscribe("will/delayed", MqttQos.EXACTLY_ONCE);
            expectNoMore(watcher, "delayed");
            assertThat(Device.text(late.next())).as("it is not retained").isEqualTo("end");
        }
    }

    @Test
    void doesNotComeWhenTheSessionGoesOnBeforeItsDelayIsOver(MqttBroker broker) throws Exception { // [MQTT-3.1.3-9]
        try (Device watcher = watch(broker, "returning")) {
            connected(broker, withWill("returning", true, LONG, 1)).close();
            try (RawClient back = connected(broker, withWill("returning", false, LONG, 1))) {
                back.send(RawClient.packet(0xE0, NORMAL)).readUntilClosed();
            }
            // A will of another client with the same delay, which begins later, comes first.
            connected(broker, withWill("marker", true, LONG, 2)).close();
            try (Device other = watch(broker, "marker")) {
                assertThat(Device.text(other.next())).isEqualTo("gone");
            }
            expectNoMore(watcher, "returning");
        }
    }

    @Test
    void comesAtOnceWhenTheSessionEndsBeforeItsDelay(MqttBroker broker) throws Exception { // MQTT 5.0 3.1.3.2.2
        try (Device watcher = watch(broker, "ending")) {
            connected(broker, withWill("ending", true, 0, LONG)).close();

            assertThat(Device.text(watcher.next())).isEqualTo("gone");
            expectNoMore(watcher, "ending");
        }
    }

    @Test
    void comesWhenACleanStartEndsTheSession(MqttBroker broker) throws Exception { // [MQTT-3.1.2-8], [MQTT-3.1.2-10]
        try (Device watcher = watch(broker, "cleaned")) {
            connected(broker, withWill("cleaned", true, LONG, LONG)).close();
            try (RawClient clean = connected(broker, withWill("cleaned", true, LONG, LONG))) {
                assertThat(Device.text(watcher.next())).isEqualTo("gone");
                clean.send(RawClient.packet(0xE0, NORMAL)).readUntilClosed();
            }
            expectNoMore(watcher, "cleaned");
        }
    }

    @Test
    void comesAtATakeoverUnlessItsDelayLetsTheSessionGoOn(MqttBroker broker) throws Exception { // [MQTT-3.1.4-3]
        try (Device watcher = watch(broker, "taken");
                Device patientWatcher = watch(broker, "taken-patient");
                RawClient old = connected(broker, withWill("taken", true, LONG, 0));
                RawClient patientOld = connected(broker, withWill("taken-patient", true, LONG, LONG));
                RawClient next = connected(broker, withWill("taken", false, LONG, 0));
                RawClient patientNext = connected(broker, withWill("taken-patient", false, LONG, LONG))) {
            assertThat(old.read().at(0)).isEqualTo(0x8E);
            assertThat(patientOld.read().at(0)).isEqualTo(0x8E);
            assertThat(Device.text(watcher.next())).isEqualTo("gone");
            next.send(RawClient.packet(0xE0, NORMAL)).readUntilClosed();
            patientNext.send(RawClient.packet(0xE0, NORMAL)).readUntilClosed();
            expectNoMore(watcher, "taken");
            expectNoMore(patientWatcher, "taken-patient");
        }
    }

    @Test
    void comesWithDisconnectThatAsksForIt(MqttBroker broker) throws Exception { // MQTT 5.0 3.14.2.1, [MQTT-3.14.4-3]
        try (Device watcher = watch(broker, "leaving")) {
            try (RawClient client = connected(broker, withWill("leaving", true, LONG, 0))) {
                client.send(RawClient.packet(0xE0, WITH_WILL)).readUntilClosed();
            }

            assertThat(Device.text(watcher.next())).isEqualTo("gone");
            expectNoMore(watcher, "leaving");
        }
    }

    @Test
    void comesWhenTheClientBreaksTheProtocol(MqttBroker broker) throws Exception { // [MQTT-3.1.2-8]
        try (Device watcher = watch(broker, "breaking");
                RawClient client = connected(broker, withWill("breaking", true, LONG, 0))) {
            client.send(RawClient.packet(0x30, "a/+", 0, "x".getBytes(UTF_8))).readUntilClosed();

            assertThat(Device.text(watcher.next())).isEqualTo("gone");
            expectNoMore(watcher, "breaking");
        }
    }

    @Test
    void keepsTheOrderOfItsUserProperties(MqttBroker broker) throws Exception { // [MQTT-3.1.3-10]
        byte[] properties = RawClient.bytes(0x26, "b", "1", 0x26, "a", "2", 0x26, "b", "3");
        byte[] connect = RawClient.packet(
                0x10, "MQTT", 5, 0x0E, 0, 60, 0, "ordered", properties.length, properties, "will/ordered", "gone");
        try (Device watcher = watch(broker, "ordered")) {
            connected(broker, connect).close();

            assertThat(watcher.next().getUserProperties().asList())
                    .extracting(property -> property.getName().toString() + property.getValue())
                    .containsExactly("b1", "a2", "b3");
        }
    }

    @Test
    void inMqtt311ComesOnceUnlessThereIsNoneOrDisconnectCame(MqttBroker broker) throws Exception {
        // 3.1.1: [MQTT-3.1.2-8], [MQTT-3.1.2-10], [MQTT-3.1.2-12], [MQTT-3.1.2-16]
        byte[] connect = RawClient.packet(0x10, "MQTT", 4, 0x0E, 0, 60, "will-311", "will/will-311", "gone");
        byte[] without = RawClient.packet(0x10, "MQTT", 4, 0x02, 0, 60, "will-311");
        try (Device watcher = watch(broker, "will-311");
                Device late = Device.connect(broker.port(), "late-311")) {
            connected(broker, connect).close();
            assertThat(Device.text(watcher.next())).isEqualTo("gone");

            connected(broker, without).close();
            try (RawClient polite = connected(broker, connect)) {
                polite.send(RawClient.packet(0xE0)).readUntilClosed();
            }
            connected(broker, without).close();
            late.subscribe("will/will-311", MqttQos.EXACTLY_ONCE);
            expectNoMore(watcher, "will-311");
            assertThat(Device.text(late.next())).as("it is not retained").isEqualTo("end");
        }
    }

    @Test
    void reachesADurableSessionThatIsAway(MqttBroker broker) throws Exception {
        try (Device away = durable(broker.port(), "will-reader")) {
            away.subscribe("will/reported", MqttQos.EXACTLY_ONCE);
        }
        connected(broker, withWill("reported", true, LONG, 0)).close();

        try (Device back = durable(broker.port(), "will-reader")) {
            assertThat(Device.text(back.next())).isEqualTo("gone");
        }
    }
}
