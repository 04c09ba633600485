package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.Mqtt5MessageType;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.PahoPayloads;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pulsar.client.api.BatcherBuilder;
import org.apache.pulsar.client.api.Producer;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How a stream, and a place in it, are named in a subscription. */
@ExtendWith(MqttExtension.class)
class StreamSubscribeTest {
    @Test
    void aStreamIsReadByItsNameFromTheOffsetInAUserProperty(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "named", "named/+/a", 2);
        try (Device device = Device.connect(broker.port(), "named-device")) {
            device.publish("named/1/a", "one", MqttQos.AT_LEAST_ONCE);
            device.publish("named/2/a", "two", MqttQos.AT_LEAST_ONCE);

            subscribe(device, "$stream/named", "stream-offset", "earliest");
            assertThat(device.next(2)).containsExactlyInAnyOrder("one", "two");
            subscribe(device, "$stream/named/named/2/a", "$stream.start-from", "earliest");
            assertThat(device.next(1)).containsExactly("two");
            device.client().unsubscribeWith().topicFilter("$stream/named").send();
            device.client()
                    .unsubscribeWith()
                    .topicFilter("$stream/named/named/2/a")
                    .send();

            device.subscribe("$stream/named", MqttQos.AT_LEAST_ONCE);
            device.publish("named/1/a", "three", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(1)).as("latest is the default").containsExactly("three");
        }
    }

    private static void subscribe(Device device, String filter, String property, String offset) {
        device.client()
                .subscribeWith()
                .topicFilter(filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .userProperties()
                .add(property, offset)
                .applyUserProperties()
                .send();
    }

    @Test
    void anMqtt311ClientWritesTheOffsetBehindTheName(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "named3", "named3/#", 1);
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        try (MqttClient paho =
                new MqttClient("tcp://127.0.0.1:" + broker.port(), "named3-client", new MemoryPersistence())) {
            paho.connect();
            paho.setCallback(new PahoPayloads(got));
            paho.publish("named3/a", "kept".getBytes(UTF_8), 1, false);

            paho.subscribe("$stream/named3@earliest/named3/a", 1);

            assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("kept");
            paho.disconnect();
        }
    }

    @Test
    void subscribingAgainWithAnotherOffsetGoesThere(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "seek", "seek/#", 1);
        try (Device device = Device.connect(broker.port(), "seek-device")) {
            device.subscribe("$s/latest/seek/#", MqttQos.AT_LEAST_ONCE);
            device.publish("seek/x", "a", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(1)).containsExactly("a");

            device.subscribe("$s/earliest/seek/#", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(1)).containsExactly("a");
            device.publish("seek/x", "b", MqttQos.AT_LEAST_ONCE);
            device.publish("seek/x", "c", MqttQos.AT_LEAST_ONCE);

            assertThat(device.next(2)).as("once each: it is one subscription").containsExactly("b", "c");
        }
    }

    @Test
    void aTimeIsWrittenInWordsOrAsLongAgo(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "words", "words/#", 1);
        try (Device device = Device.connect(broker.port(), "words-device")) {
            device.publish("words/x", "old", MqttQos.AT_LEAST_ONCE);
            device.subscribe("$s/-1h/words/#", MqttQos.AT_LEAST_ONCE);
            long old = Long.parseLong(Device.userProperty(device.next(), "ts"));
            device.publish("words/x", "new", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(1)).containsExactly("new");

            Instant afterOld = Instant.EPOCH.plus(old + 1, ChronoUnit.MICROS);
            device.subscribe("$s/" + afterOld + "/words/#", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(1)).containsExactly("new");
        }
    }

    @Test
    void theLastOfEachPartitionAreCountedExactly(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "last", "last/#", 1);
        List<String> sent = IntStream.range(0, 500).mapToObj(Integer::toString).toList();
        try (Producer<byte[]> producer = pulsar.client()
                .newProducer()
                .topic(Streams.pulsarTopic("last"))
                .batcherBuilder(BatcherBuilder.DEFAULT)
                .batchingMaxMessages(7)
                .batchingMaxPublishDelay(5, TimeUnit.SECONDS)
                .create()) {
            for (String payload : sent) {
                var unused = producer.newMessage()
                        .property("mqtt.topic", "last/x")
                        .value(payload.getBytes(UTF_8))
                        .sendAsync();
            }
            producer.flush();
        }
        for (int last : new int[] {1, 2, 7, 8, 100, 499, 500, 501, 1_000_000}) {
            try (Device device = Device.connect(broker.port(), "last-device")) {
                device.subscribe("$s/last-" + last + "/last/#", MqttQos.AT_LEAST_ONCE);

                assertThat(device.next(Math.min(last, 500))).isEqualTo(sent.subList(Math.max(0, 500 - last), 500));
            }
        }
    }

    @Test
    void theLastOfAnEmptyStreamAreThoseThatCome(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "last-empty", "last-empty/#", 3);
        try (Device device = Device.connect(broker.port(), "last-empty-device")) {
            device.subscribe("$stream/last-empty@last-5", MqttQos.AT_LEAST_ONCE);
            device.publish("last-empty/x", "first", MqttQos.AT_LEAST_ONCE);

            assertThat(device.next(1)).containsExactly("first");
        }
    }

    @Test
    void whatCannotBeReadIsRefusedWithTheReason(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "kept-a", "kept/a/#", 1);
        try (Device device = Device.connect(broker.port(), "refused-device")) {
            assertThat(refusal(device, "$stream/nothing")).contains("the namespace has no stream 'nothing'");
            assertThat(refusal(device, "$stream/kept-a/kept/b"))
                    .contains("the stream 'kept-a' keeps kept/a/#, which does not cover kept/b");
            assertThat(refusal(device, "$stream/kept-a@soon")).contains("not 'soon'");
            assertThat(refusal(device, "$s/soon/kept/a/b")).contains("not 'soon'");
        }
    }

    private static String refusal(Device device, String filter) {
        try {
            device.client()
                    .subscribeWith()
                    .topicFilter(filter)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            throw new AssertionError(filter + " was granted");
        } catch (Mqtt5SubAckException e) {
            assertThat(e.getMqttMessage().getType()).isEqualTo(Mqtt5MessageType.SUBACK);
            assertThat(e.getMqttMessage().getReasonCodes()).containsExactly(Mqtt5SubAckReasonCode.TOPIC_FILTER_INVALID);
            return e.getMqttMessage().getReasonString().orElseThrow().toString();
        }
    }
}
