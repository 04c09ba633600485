package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubRecException;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.pubrec.Mqtt5PubRecReasonCode;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.client.api.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Streams that refuse what does not fit. */
@ExtendWith(MqttExtension.class)
class StreamQuotaTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int PUBACK = 4;
    private static final int QUOTA_EXCEEDED = 0x97;

    private final EmbeddedPulsar pulsar;
    private final MqttBroker broker;

    StreamQuotaTest(EmbeddedPulsar pulsar, MqttBroker broker) {
        this.pulsar = pulsar;
        this.broker = broker;
    }

    private void create(String name, String filter, Map<String, String> limits) throws Exception {
        Map<String, String> properties = new HashMap<>(limits);
        properties.put("mqtt.filter", filter);
        Streams.create(pulsar, name, 1, properties);
        broker.status().awaitStream(name);
    }

    private List<String> stored(String name, int messages) throws Exception {
        List<String> payloads = new ArrayList<>();
        for (Message<byte[]> message : Streams.consume(pulsar, name, messages)) {
            payloads.add(Streams.text(message));
        }
        return payloads;
    }

    @Test
    void aFullStreamAnswersWithQuotaExceededAndOthersGetTheMessage() throws Exception {
        create("quota", "quota/#", Map.of("mqtt.max-messages", "3", "mqtt.when-full", "reject"));
        create("quota-beside", "quota/#", Map.of());
        long dropped = broker.status().counter("droppedAppendFailed");
        try (Device publisher = Device.connect(broker.port(), "quota-publisher");
                Device live = Device.connect(broker.port(), "quota-live")) {
            live.subscribe("quota/#", MqttQos.AT_LEAST_ONCE);
            for (String payload : List.of("a", "b", "c")) {
                publisher.publish("quota/x", payload, MqttQos.AT_LEAST_ONCE);
            }

            assertThatThrownBy(() -> publisher.publish("quota/x", "d", MqttQos.AT_LEAST_ONCE))
                    .isInstanceOfSatisfying(Mqtt5PubAckException.class, refused -> {
                        assertThat(refused.getMqttMessage().getReasonCode())
                                .isEqualTo(Mqtt5PubAckReasonCode.QUOTA_EXCEEDED);
                        assertThat(refused.getMqttMessage().getReasonString())
                                .hasValueSatisfying(reason -> assertThat(reason.toString())
                                        .contains("streams/quota-partition-0 is full")
                                        .contains("3 messages (mqtt.max-messages)"));
                    });
            assertThatThrownBy(() -> publisher.publish("quota/x", "e", MqttQos.EXACTLY_ONCE))
                    .isInstanceOfSatisfying(
                            Mqtt5PubRecException.class,
                            refused -> assertThat(refused.getMqttMessage().getReasonCode())
                                    .isEqualTo(Mqtt5PubRecReasonCode.QUOTA_EXCEEDED));
            publisher.publish("quota/x", "f", MqttQos.AT_MOST_ONCE);
            await().atMost(PATIENCE).until(() -> broker.status().counter("droppedAppendFailed") == dropped + 1);

            assertThat(live.next(5)).as("live as it came, but for QoS 2").containsExactly("a", "b", "c", "d", "f");
        }
        assertThat(stored("quota", 3)).containsExactly("a", "b", "c");
        assertThat(stored("quota-beside", 6)).containsExactly("a", "b", "c", "d", "e", "f");
    }

    @Test
    void takesMessagesAgainWhenRoomIsMade() throws Exception {
        create("quota-room", "quota-room/#", Map.of("mqtt.max-messages", "2", "mqtt.when-full", "reject"));
        try (Device publisher = Device.connect(broker.port(), "quota-room-publisher")) {
            publisher.publish("quota-room/x", "a", MqttQos.AT_LEAST_ONCE);
            publisher.publish("quota-room/x", "b", MqttQos.AT_LEAST_ONCE);
            assertRefused(publisher, "quota-room/x");

            pulsar.admin()
                    .topics()
                    .updateProperties(Streams.pulsarTopic("quota-room"), Map.of("mqtt.max-messages", "3"));
            await().atMost(PATIENCE)
                    .ignoreException(Mqtt5PubAckException.class)
                    .until(() -> publisher.publish("quota-room/x", "c", MqttQos.AT_LEAST_ONCE) != null);
            assertRefused(publisher, "quota-room/x");

            pulsar.admin().topics().unload(Streams.pulsarTopic("quota-room"));
            assertRefused(publisher, "quota-room/x");
            pulsar.admin().topics().truncate(Streams.pulsarTopic("quota-room"));
            await().atMost(PATIENCE)
                    .ignoreException(Mqtt5PubRecException.class)
                    .until(() -> publisher.publish("quota-room/x", "d", MqttQos.EXACTLY_ONCE) != null);
        }
        assertThat(stored("quota-room", 1)).containsExactly("d");
    }

    private static void assertRefused(Device publisher, String topic) {
        assertThatThrownBy(() -> publisher.publish(topic, "refused", MqttQos.AT_LEAST_ONCE))
                .isInstanceOf(Mqtt5PubAckException.class);
    }

    @Test
    void exactlySoManyArePromisedWhenAllComeAtOnce() throws Exception {
        create("quota-burst", "quota-burst/#", Map.of("mqtt.max-messages", "777", "mqtt.when-full", "reject"));
        int accepted = 0;
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("quota-burst", 60)).read();
            for (int id = 1; id <= 1_000; id++) {
                client.send(RawClient.packet(0x32, "quota-burst/x", id >> 8, id & 0xff, 0, "x".getBytes(UTF_8)));
            }
            for (int id = 1; id <= 1_000; id++) {
                RawPacket pubAck = client.read();
                assertThat(pubAck.type()).isEqualTo(PUBACK);
                boolean refused = pubAck.body().length > 2 && pubAck.at(2) == QUOTA_EXCEEDED;
                accepted += refused ? 0 : 1;
            }
        }
        assertThat(accepted).isEqualTo(777);
        assertThat(stored("quota-burst", 777)).hasSize(777);
    }

    @Test
    void aClientOfMqtt3GetsNoAcknowledgementAndLosesItsConnection() throws Exception {
        create("quota-three", "quota-three/#", Map.of("mqtt.max-messages", "1", "mqtt.when-full", "reject"));
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect311("quota-three", 0)).read();
            assertThat(client.send(RawClient.packet(0x32, "quota-three/x", 0, 1, 1))
                            .read()
                            .type())
                    .isEqualTo(PUBACK);

            client.send(RawClient.packet(0x32, "quota-three/x", 0, 2, 1));

            assertThat(client.readUntilClosed()).isZero();
        }
    }

    @Test
    void limitsHoldAtABrokerThatDoesNotOwnThePartition() throws Exception {
        create("quota-far", "quota-far/#", Map.of("mqtt.max-messages", "4", "mqtt.when-full", "reject"));
        create("floor-far", "floor-far/#", Map.of("mqtt.max-messages", "2"));
        try (Device near = Device.connect(broker.port(), "quota-near")) {
            near.publish("quota-far/x", "1", MqttQos.AT_LEAST_ONCE);
            for (String payload : List.of("1", "2", "3")) {
                near.publish("floor-far/x", payload, MqttQos.AT_LEAST_ONCE);
            }
            try (PulsarService neighbour = pulsar.startBroker(settings -> {});
                    MqttBroker other = MqttBroker.start(neighbour, Map.of());
                    Device far = Device.connect(other.port(), "quota-far")) {
                other.status().awaitStream("quota-far");
                other.status().awaitStream("floor-far");
                for (String payload : List.of("2", "3", "4")) {
                    far.publish("quota-far/x", payload, MqttQos.AT_LEAST_ONCE);
                }
                assertRefused(far, "quota-far/x");
                assertRefused(near, "quota-far/x");
                far.subscribe("$s/earliest/floor-far/#", MqttQos.AT_LEAST_ONCE);
                assertThat(far.next(2)).containsExactly("2", "3");
            }
        }
    }

    @Test
    void bytesAreAQuotaToo() throws Exception {
        create("quota-bytes", "quota-bytes/#", Map.of("mqtt.max-bytes", "20K", "mqtt.when-full", "reject"));
        int accepted = 0;
        try (Device publisher = Device.connect(broker.port(), "quota-bytes-publisher")) {
            while (accepted < 100) {
                publisher.publish("quota-bytes/x", "x".repeat(1_000), MqttQos.AT_LEAST_ONCE);
                accepted++;
            }
        } catch (Mqtt5PubAckException refused) {
            assertThat(refused.getMqttMessage().getReasonString())
                    .hasValueSatisfying(
                            reason -> assertThat(reason.toString()).contains("20480 bytes (mqtt.max-bytes)"));
        }
        assertThat(accepted).isBetween(15, 21);
    }
}
