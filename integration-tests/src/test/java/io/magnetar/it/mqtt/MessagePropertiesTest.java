package io.magnetar.it.mqtt;

import static io.magnetar.it.client.RawProperties.CONTENT_TYPE;
import static io.magnetar.it.client.RawProperties.CORRELATION_DATA;
import static io.magnetar.it.client.RawProperties.MAXIMUM_PACKET_SIZE;
import static io.magnetar.it.client.RawProperties.MESSAGE_EXPIRY_INTERVAL;
import static io.magnetar.it.client.RawProperties.PAYLOAD_FORMAT_INDICATOR;
import static io.magnetar.it.client.RawProperties.RECEIVE_MAXIMUM;
import static io.magnetar.it.client.RawProperties.REQUEST_PROBLEM_INFORMATION;
import static io.magnetar.it.client.RawProperties.RESPONSE_TOPIC;
import static io.magnetar.it.client.RawProperties.binary;
import static io.magnetar.it.client.RawProperties.fourBytes;
import static io.magnetar.it.client.RawProperties.oneByte;
import static io.magnetar.it.client.RawProperties.text;
import static io.magnetar.it.client.RawProperties.twoBytes;
import static io.magnetar.it.client.RawProperties.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawProperties;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What travels with a message, MQTT 5.0 section 3.3.2.3, and the sizes that a client takes. */
@ExtendWith(MqttExtension.class)
class MessagePropertiesTest {
    private static final int PUBACK = 4;
    private static final int PUBREC = 5;
    private static final int DISCONNECT = 14;

    @Test
    void passesOnAllThatBelongsToAMessageUnchanged(MqttBroker broker) throws Exception {
        // [MQTT-3.3.2-4], [MQTT-3.3.2-15], [MQTT-3.3.2-16], [MQTT-3.3.2-17], [MQTT-3.3.2-18], [MQTT-3.3.2-20]
        byte[] correlation = {0, 1, (byte) 0xFF, 2};
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("properties", 60)).read();
            client.send(RawClient.subscribe5("properties/x", 0)).read();

            client.send(RawClient.publish5(
                    "properties/x",
                    0,
                    0,
                    "x",
                    user("b", "2"),
                    oneByte(PAYLOAD_FORMAT_INDICATOR, 1),
                    text(CONTENT_TYPE, "text/plain"),
                    user("a", "1"),
                    text(RESPONSE_TOPIC, "answers/here"),
                    binary(CORRELATION_DATA, correlation),
                    user("b", "2")));

            RawProperties got = client.read().publishProperties();
            assertThat(got.the(PAYLOAD_FORMAT_INDICATOR)).isEqualTo(1L);
            assertThat(got.the(CONTENT_TYPE)).isEqualTo("text/plain");
            assertThat(got.the(RESPONSE_TOPIC)).isEqualTo("answers/here");
            assertThat(got.the(CORRELATION_DATA)).isEqualTo(correlation);
            assertThat(got.all(RawProperties.USER_PROPERTY)).containsExactly("b=2", "a=1", "b=2");
        }
    }

    @Test
    void sendsNoPropertyThatWasNotPublished(MqttBroker broker) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("no-properties", 60)).read();
            client.send(RawClient.subscribe5("no-properties/x", 0)).read();

            client.send(RawClient.publish5("no-properties/x", 0, 0, "x", oneByte(PAYLOAD_FORMAT_INDICATOR, 0)));

            assertThat(client.read().publishProperties().entries()).isEmpty();
        }
    }

    @Test
    void countsTheMessageExpiryIntervalDown(MqttBroker broker) throws Exception { // [MQTT-3.3.2-6]
        try (RawClient slow = new RawClient(broker.port());
                Device device = Device.connect(broker.port(), "expiry-publisher")) {
            slow.send(RawClient.connect5("expiry-slow", 60, twoBytes(RECEIVE_MAXIMUM, 1)))
                    .read();
            slow.send(RawClient.subscribe5("expiry/#", 1)).read();
            publishExpiring(device, "expiry/first", 100);
            publishExpiring(device, "expiry/second", 100);
            RawPacket first = slow.read();
            assertThat((long) first.publishProperties().the(MESSAGE_EXPIRY_INTERVAL))
                    .isBetween(60L, 100L);

            await().pollDelay(Duration.ofMillis(2_100)).until(() -> true);
            slow.send(RawClient.packet(0x40, first.packetId() >> 8, first.packetId() & 0xFF));

            assertThat((long) slow.read().publishProperties().the(MESSAGE_EXPIRY_INTERVAL))
                    .isBetween(60L, 98L);
        }
    }

    private static void publishExpiring(Device device, String topic, long seconds) {
        device.client()
                .publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload("x".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .messageExpiryInterval(seconds)
                .send();
    }

    @Test
    void deliversNoMessageThatExpiredWhileItWaited(MqttBroker broker) throws Exception { // [MQTT-3.3.2-5]
        try (RawClient slow = new RawClient(broker.port());
                Device device = Device.connect(broker.port(), "expired-publisher")) {
            slow.send(RawClient.connect5("expired-slow", 60, twoBytes(RECEIVE_MAXIMUM, 1)))
                    .read();
            slow.send(RawClient.subscribe5("expired/#", 1)).read();
            device.publish("expired/first", "x", MqttQos.AT_LEAST_ONCE);
            publishExpiring(device, "expired/gone", 1);
            device.publish("expired/last", "x", MqttQos.AT_LEAST_ONCE);
            RawPacket first = slow.read();
            assertThat(first.topic()).isEqualTo("expired/first");

            await().pollDelay(Duration.ofMillis(1_100)).until(() -> true);
            slow.send(RawClient.packet(0x40, first.packetId() >> 8, first.packetId() & 0xFF));

            assertThat(slow.read().topic()).isEqualTo("expired/last");
        }
    }

    @Test
    void dropsAMessageThatIsLargerThanItsClientTakes(MqttBroker broker) throws Exception {
        // [MQTT-3.1.2-24], [MQTT-3.1.2-25]
        try (RawClient small = new RawClient(broker.port());
                Device device = Device.connect(broker.port(), "size-publisher")) {
            small.send(RawClient.connect5("size", 60, fourBytes(MAXIMUM_PACKET_SIZE, 60), twoBytes(RECEIVE_MAXIMUM, 1)))
                    .read();
            small.send(RawClient.subscribe5("size/x", 1)).read();

            device.publish("size/x", "y".repeat(60), MqttQos.AT_LEAST_ONCE);
            device.publish("size/x", "fits", MqttQos.AT_LEAST_ONCE);

            assertThat(small.read().payload5()).isEqualTo("fits");
        }
    }

    @Test
    void leavesReasonStringsOutForAClientOfSmallPackets(MqttBroker broker) throws Exception {
        // [MQTT-3.9.2-1], [MQTT-3.9.2-2], [MQTT-3.11.2-1], [MQTT-3.11.2-2], [MQTT-3.4.2-2], [MQTT-3.4.2-3]
        // [MQTT-3.5.2-2], [MQTT-3.5.2-3], [MQTT-3.14.2-3], [MQTT-3.14.2-4]
        try (RawClient small = new RawClient(broker.port())) {
            small.send(RawClient.connect5("small-answers", 60, fourBytes(MAXIMUM_PACKET_SIZE, 60)))
                    .read();

            assertThat(small.send(RawClient.subscribe5("bad/#/filter", 1))
                            .read()
                            .body())
                    .containsExactly(0, 1, 0, 0x8F);
            assertThat(small.send(RawClient.packet(0xA2, 0, 2, 0, "bad/#/filter"))
                            .read()
                            .body())
                    .containsExactly(0, 2, 0, 0x8F);
            assertThat(small.send(RawClient.publish5("$SYS/x", 1, 3, "x"))
                            .read()
                            .body())
                    .containsExactly(0, 3, 0x87, 0);
            assertThat(small.send(RawClient.publish5("$SYS/x", 2, 4, "x"))
                            .read()
                            .body())
                    .containsExactly(0, 4, 0x87, 0);
            assertThat(small.send(RawClient.packet(0xF0)).read().body()).containsExactly(0x82, 0);
        }
    }

    @Test
    void tellsReasonsOnlyToThoseWhoWantThem(MqttBroker broker) throws Exception { // [MQTT-3.1.2-29]
        try (RawClient told = new RawClient(broker.port());
                RawClient quiet = new RawClient(broker.port())) {
            told.send(RawClient.connect5("told", 60)).read();
            quiet.send(RawClient.connect5("quiet", 60, oneByte(REQUEST_PROBLEM_INFORMATION, 0)))
                    .read();

            byte[] subscribe = RawClient.subscribe5("bad/#/filter", 1);
            assertThat(told.send(subscribe).read().properties(2).reason())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("#"));
            assertThat(quiet.send(subscribe).read().properties(2).reason()).isEmpty();
            byte[] publish = RawClient.publish5("$SYS/x", 2, 3, "x");
            assertThat(told.send(publish).read().properties(3).reason()).isPresent();
            assertThat(quiet.send(publish).read().properties(3).reason()).isEmpty();
        }
    }

    @Test
    void checksPayloadsThatAreSaidToBeTextWhenConfiguredSo(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        byte[] text = oneByte(PAYLOAD_FORMAT_INDICATOR, 1);
        byte[] broken = RawClient.packet(0x32, "format/x", 0, 1, RawProperties.of(text), new byte[] {(byte) 0xFF});
        byte[] broken2 = RawClient.packet(0x34, "format/x", 0, 2, RawProperties.of(text), new byte[] {(byte) 0xFF});
        try (MqttBroker strict = MqttBroker.start(pulsar.broker(), Map.of("mqttCheckPayloadFormat", "true"));
                RawClient checked = new RawClient(strict.port());
                RawClient unchecked = new RawClient(broker.port())) {
            checked.send(RawClient.connect5("format", 60)).read();
            unchecked.send(RawClient.connect5("format", 60)).read();

            RawPacket pubAck = checked.send(broken).read();
            assertThat(pubAck.type()).isEqualTo(PUBACK);
            assertThat(pubAck.at(2)).isEqualTo(0x99);
            RawPacket pubRec = checked.send(broken2).read();
            assertThat(pubRec.type()).isEqualTo(PUBREC);
            assertThat(pubRec.at(2)).isEqualTo(0x99);
            RawPacket fine = checked.send(RawClient.publish5("format/x", 2, 2, "ü", text))
                    .read();
            assertThat(fine.type()).isEqualTo(PUBREC);
            RawPacket notLooked = unchecked.send(broken).read();
            assertThat(notLooked.type()).isEqualTo(PUBACK);
            assertThat(notLooked.body().length == 2 || notLooked.at(2) < 0x80).isTrue();
            RawPacket farewell = checked.send(
                            RawClient.packet(0x30, "format/x", RawProperties.of(text), new byte[] {(byte) 0xFF}))
                    .read();
            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).isEqualTo(0x99);
        }
    }

    @Test
    void takesNoPublishesToTheBrokersOwnTopics(MqttBroker broker) throws Exception { // 3.1.1: [MQTT-3.3.5-2]
        try (RawClient client = new RawClient(broker.port());
                RawClient old = new RawClient(broker.port());
                Device watcher = Device.connect(broker.port(), "sys-watcher")) {
            watcher.subscribe("$SYS/#", MqttQos.AT_LEAST_ONCE);
            watcher.subscribe("$SYSTEM/#", MqttQos.AT_LEAST_ONCE);
            client.send(RawClient.connect5("sys5", 60)).read();
            old.send(RawClient.connect311("sys311", 60)).read();

            assertThat(client.send(RawClient.publish5("$SYS/forged", 1, 1, "x"))
                            .read()
                            .at(2))
                    .isEqualTo(0x87);
            client.send(RawClient.publish5("$SYS/forged", 0, 0, "x"));
            assertThat(old.send(RawClient.packet(0x32, "$SYS/forged", 0, 1))
                            .read()
                            .body())
                    .containsExactly(0, 1);
            client.send(RawClient.publish5("$SYSTEM/mine", 1, 2, "ordinary")).read();

            assertThat(watcher.next(1)).containsExactly("ordinary");
        }
    }

    @Test
    void tellsWhenAPacketIdentifierIsInUse(MqttBroker broker) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("id-in-use", 60)).read();
            assertThat(client.send(RawClient.publish5("in-use", 2, 5, "x"))
                            .read()
                            .type())
                    .isEqualTo(PUBREC);

            RawPacket pubAck =
                    client.send(RawClient.publish5("in-use", 1, 5, "y")).read();

            assertThat(pubAck.type()).isEqualTo(PUBACK);
            assertThat(pubAck.at(2)).isEqualTo(0x91);
            assertThat(client.send(RawClient.packet(0x62, 0, 5)).read().body()).containsExactly(0, 5);
        }
    }
}
