package io.magnetar.it.mqtt;

import static io.magnetar.it.client.DurableClients.durable;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawProperties;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a subscription to a stream may ask for beside its offset, and positions as offsets. */
@ExtendWith(MqttExtension.class)
class StreamOptionsTest {
    private static final int PUBLISH = 3;
    private static final int NO_LOCAL = 4;
    private static final int RETAIN_AS_PUBLISHED = 8;

    private static Mqtt5Subscribe subscription(String filter, String property, String value) {
        return Mqtt5Subscribe.builder()
                .topicFilter(filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .userProperties()
                .add(property, value)
                .applyUserProperties()
                .build();
    }

    private static List<String> names(Mqtt5Publish publish) {
        return publish.getUserProperties().asList().stream()
                .map(property -> property.getName().toString())
                .toList();
    }

    /** Writes with Pulsar's client, and returns the ids of the messages. */
    private static List<MessageId> produce(EmbeddedPulsar pulsar, String name, String... payloads) throws Exception {
        List<MessageId> ids = new ArrayList<>();
        try (Producer<byte[]> producer =
                pulsar.client().newProducer().topic(Streams.pulsarTopic(name)).create()) {
            for (String payload : payloads) {
                ids.add(producer.newMessage()
                        .key("one key")
                        .property("mqtt.topic", name + "/x")
                        .value(payload.getBytes(UTF_8))
                        .send());
            }
        }
        return ids;
    }

    @Test
    void tellsThePositionOfEachMessageOnRequest(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "positions", "positions/#", 3);
        List<MessageId> ids = produce(pulsar, "positions", "a", "b");
        try (Device device = Device.connect(broker.port(), "positions-device")) {
            device.subscribe(subscription("$s/earliest/positions/#", "stream-positions", "true"));

            for (MessageId id : ids) {
                Mqtt5Publish publish = device.next();
                assertThat(names(publish)).containsExactly("ts", "key", "stream", "partition", "message-id");
                assertThat(Device.userProperty(publish, "stream")).isEqualTo("positions");
                assertThat(id).hasToString(Device.userProperty(publish, "message-id"));
                assertThat(Device.userProperty(publish, "message-id"))
                        .matches("\\d+:\\d+:" + Device.userProperty(publish, "partition") + "(:\\d+)?");
            }

            device.subscribe(subscription("$s/0/positions/#", "stream-positions", "false"));
            assertThat(names(device.next())).containsExactly("ts", "key");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void beginsWithTheMessageOfAPulsarMessageId(int partitions, EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception {
        String name = "by-id-" + partitions;
        Streams.create(pulsar, broker, name, name + "/#", partitions);
        List<MessageId> ids = produce(pulsar, name, "a", "b", "c");
        try (Device device = Device.connect(broker.port(), name)) {
            device.subscribe("$stream/" + name + "@" + ids.get(1), MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(2)).containsExactly("b", "c");
            device.subscribe("$s/" + ids.get(2) + "/" + name + "/#", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(1)).containsExactly("c");
            produce(pulsar, name, "d");
            assertThat(device.next(2)).as("both subscriptions follow").containsExactly("d", "d");
        }
    }

    @Test
    void nextGoesOnWhereTheSessionIs(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "next", "next/#", 1);
        produce(pulsar, "next", "a", "b");
        try (Device first = durable(broker.port(), "next-device")) {
            first.subscribe("$s/next/next/#", MqttQos.AT_LEAST_ONCE);
            assertThat(first.next(2)).as("the first time from the oldest").containsExactly("a", "b");
            first.subscribe("$s/last-1/next/#", MqttQos.AT_LEAST_ONCE);
            assertThat(first.next(1)).containsExactly("b");
        }
        produce(pulsar, "next", "c");
        try (Device second = durable(broker.port(), "next-device")) {
            second.subscribe("$s/next/next/#", MqttQos.AT_LEAST_ONCE);
            assertThat(second.next(1)).as("whatever its offset was").containsExactly("c");
        }
    }

    @Test
    void waitsForAStreamWhenAskedTo(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        try (Device device = Device.connect(broker.port(), "waiting-device");
                Device kept = durable(broker.port(), "waiting-durable")) {
            assertThat(refusal(device, subscription("$stream/waited", "stream-wait", "false")))
                    .contains("the namespace has no stream 'waited'");
            assertThat(device.subscribe(subscription("$stream/waited", "stream-wait", "true")))
                    .isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_1);
            assertThat(kept.subscribe(subscription("$s/latest/waited/a", "stream-wait", "true")))
                    .isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_1);
            kept.client().disconnect();

            Streams.create(pulsar, broker, "waited", "waited/#", 2);
            device.publish("waited/a", "first", MqttQos.AT_LEAST_ONCE);

            assertThat(device.next(1)).as("all of it is new").containsExactly("first");
            try (Device again = durable(broker.port(), "waiting-durable")) {
                assertThat(again.next(1)).containsExactly("first");
            }
        }
    }

    private static String refusal(Device device, Mqtt5Subscribe subscription) {
        try {
            device.client().subscribe(subscription);
            throw new AssertionError("it was granted");
        } catch (Mqtt5SubAckException e) {
            assertThat(e.getMqttMessage().getReasonCodes()).containsExactly(Mqtt5SubAckReasonCode.TOPIC_FILTER_INVALID);
            return e.getMqttMessage().getReasonString().orElseThrow().toString();
        }
    }

    @Test
    void mosquittoAsksForTheSame(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "mosquitto", "mosquitto/#", 1);
        MessageId first = produce(pulsar, "mosquitto", "a", "b").get(0);
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        String positions = "stream-positions";
        try (MosquittoSub sub = new MosquittoSub(
                broker.port(),
                "$s/last-2/mosquitto/#",
                got,
                "-V",
                "5",
                "-D",
                "subscribe",
                "user-property",
                positions,
                "true",
                "-F",
                "got %P")) {
            assertThat(got.poll(20, TimeUnit.SECONDS)).contains("stream:mosquitto partition:0 message-id:" + first);
        }
        // A queue for each: what a client says when it ends is not for the next one.
        BlockingQueue<String> next = new LinkedBlockingQueue<>();
        try (MosquittoSub sub = new MosquittoSub(
                broker.port(), "$s/next/mosquitto/#", next, "-V", "5", "-c", "-x", "60", "-i", "job-1")) {
            assertThat(next.poll(20, TimeUnit.SECONDS)).isEqualTo("a");
            assertThat(next.poll(20, TimeUnit.SECONDS)).isEqualTo("b");
            produce(pulsar, "mosquitto", "c");
            assertThat(next.poll(20, TimeUnit.SECONDS)).isEqualTo("c");
        }
        BlockingQueue<String> planned = new LinkedBlockingQueue<>();
        try (MosquittoSub sub = new MosquittoSub(
                broker.port(),
                "$stream/planned",
                planned,
                "-V",
                "5",
                "-D",
                "subscribe",
                "user-property",
                "stream-wait",
                "true")) {
            sub.awaitSubscribed();
            Streams.create(pulsar, broker, "planned", "planned/#", 1);
            produce(pulsar, "planned", "d");
            assertThat(planned.poll(20, TimeUnit.SECONDS)).isEqualTo("d");
        }
    }

    @Test
    void refusesWhatItCannotDoWithTheReason(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "refusing", "refusing/#", 2);
        try (Device device = Device.connect(broker.port(), "refusing-device")) {
            assertThat(refusal(device, subscription("$stream/refusing", "stream-positions", "yes")))
                    .contains("stream-positions is 'true' or 'false', not 'yes'");
            assertThat(refusal(device, subscription("$stream/refusing", "stream-wait", "")))
                    .contains("stream-wait is 'true' or 'false', not ''");
            assertThat(refusal(device, subscription("$stream/refusing", "stream-offset", "soon")))
                    .contains("not 'soon'");
            assertThat(refusal(device, subscription("$stream/refusing", "stream-offset", "999999999:0:1")))
                    .contains("the stream 'refusing' has no message 999999999:0:1");
            assertThat(refusal(device, subscription("$stream/refusing", "stream-offset", "1:0:2")))
                    .contains("the stream 'refusing' has no message 1:0:2");
            assertThat(refusal(device, subscription("$stream/-", "stream-offset", "earliest")))
                    .contains("'-' is no name");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"$stream/nothing@earliest", "$stream/-@earliest", "$s/soon/refused/#", "$s/earliest/no/such"})
    void tellsAnMqtt311ClientTheFailureByItsCode(String filter, MqttBroker broker) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect311("refused-311", 60)).read();

            RawPacket subAck =
                    client.send(RawClient.packet(0x82, 0, 1, filter, 1)).read();

            assertThat(subAck.at(2)).isEqualTo(0x80);
        }
    }

    @Test
    void givesEachDeliveryTheOptionsOfItsOwnSubscription(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        // [MQTT-3.3.4-3], [MQTT-3.8.3-3], [MQTT-3.3.1-13]
        Streams.create(pulsar, broker, "options-wide", "options/#", 1);
        Streams.create(pulsar, broker, "options-narrow", "options/a", 1);
        try (RawClient client = new RawClient(broker.port());
                Device other = Device.connect(broker.port(), "options-other")) {
            client.send(RawClient.connect5("options-device", 60)).read();
            client.send(subscribe(1, "options/a", 2)).read();
            client.send(subscribe(2, "$stream/options-wide@latest", NO_LOCAL | RETAIN_AS_PUBLISHED))
                    .read();
            client.send(subscribe(3, "$stream/options-narrow@latest", 1)).read();

            client.send(RawClient.publish5("options/a", 1, 7, "own"));
            assertThat(delivered(client, 2))
                    .containsExactlyInAnyOrder("own id=[1] qos=1 retain=0", "own id=[3] qos=1 retain=0");
            other.client()
                    .publishWith()
                    .topic("options/a")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .retain(true)
                    .payload("other".getBytes(UTF_8))
                    .send();

            assertThat(delivered(client, 3))
                    .containsExactlyInAnyOrder(
                            "other id=[1] qos=2 retain=0",
                            "other id=[2] qos=0 retain=1",
                            "other id=[3] qos=1 retain=0");
            other.client().publishWith().topic("options/a").retain(true).send();
        }
    }

    private static byte[] subscribe(int subscriptionId, String filter, int options) {
        return RawClient.packet(
                0x82,
                0,
                subscriptionId,
                RawProperties.of(RawProperties.oneByte(RawProperties.SUBSCRIPTION_IDENTIFIER, subscriptionId)),
                filter,
                options);
    }

    /** The next PUBLISH packets, whatever comes between them. */
    private static List<String> delivered(RawClient client, int count) throws Exception {
        List<String> all = new ArrayList<>();
        while (all.size() < count) {
            RawPacket packet = client.read();
            if (packet.type() == PUBLISH) {
                all.add(packet.payload5() + " id="
                        + packet.publishProperties().all(RawProperties.SUBSCRIPTION_IDENTIFIER) + " qos=" + packet.qos()
                        + " retain=" + (packet.header() & 1));
            }
        }
        return all;
    }

    @Test
    void passesOverWhatHasExpiredAndKeepsRepeatedUserPropertiesInOrder(EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception { // [MQTT-3.3.2-5], [MQTT-3.3.2-18]
        Streams.create(pulsar, broker, "kept-props", "kept-props/#", 1);
        try (Producer<byte[]> producer = pulsar.client()
                        .newProducer()
                        .topic(Streams.pulsarTopic("kept-props"))
                        .create();
                Device device = Device.connect(broker.port(), "kept-props-device")) {
            producer.newMessage()
                    .property("mqtt.topic", "kept-props/x")
                    .property("mqtt.expiry", Long.toString(System.currentTimeMillis() - 1))
                    .value("expired".getBytes(UTF_8))
                    .send();
            device.client()
                    .publishWith()
                    .topic("kept-props/x")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .messageExpiryInterval(600)
                    .userProperties()
                    .add("b", "1")
                    .add("a", "2")
                    .add("b", "3")
                    .add("b", "1")
                    .applyUserProperties()
                    .payload("alive".getBytes(UTF_8))
                    .send();
            long expired = broker.status().counter("droppedExpired");

            device.subscribe("$s/earliest/kept-props/#", MqttQos.AT_LEAST_ONCE);

            Mqtt5Publish publish = device.next();
            assertThat(Device.text(publish)).isEqualTo("alive");
            assertThat(publish.getMessageExpiryInterval().orElseThrow()).isBetween(1L, 600L);
            assertThat(publish.getUserProperties().asList().stream()
                            .map(property -> property.getName() + "=" + property.getValue())
                            .limit(4))
                    .containsExactly("b=1", "a=2", "b=3", "b=1");
            assertThat(broker.status().counter("droppedExpired")).isEqualTo(expired + 1);
        }
    }
}
