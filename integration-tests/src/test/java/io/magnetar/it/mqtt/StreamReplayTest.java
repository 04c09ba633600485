package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading a stream by {@code $s/<offset>/<filter>}. */
@ExtendWith(MqttExtension.class)
class StreamReplayTest {
    @Test
    void replaysFromTheOldestMessageThenFollows(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "earliest", "earliest/+/readings", 1);
        try (Device device = Device.connect(broker.port(), "earliest-device")) {
            device.publish("earliest/1/readings", "one", MqttQos.AT_LEAST_ONCE);
            device.publish("earliest/2/readings", "two", MqttQos.AT_LEAST_ONCE);

            assertThat(device.subscribe("$s/earliest/earliest/+/readings", MqttQos.AT_LEAST_ONCE)
                            .getCode())
                    .isEqualTo(1);
            Mqtt5Publish first = device.next();
            Mqtt5Publish second = device.next();
            device.publish("earliest/3/readings", "three", MqttQos.AT_LEAST_ONCE);
            Mqtt5Publish third = device.next();

            assertThat(first.getTopic()).hasToString("earliest/1/readings");
            assertThat(List.of(Device.text(first), Device.text(second), Device.text(third)))
                    .containsExactly("one", "two", "three");
            assertThat(Device.userProperty(first, "key")).isEqualTo("earliest-device");
            assertThat(Device.userProperty(third, "ts")).matches("\\d{16}");
        }
    }

    @Test
    void followsFromTheEndWithoutAGap(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "latest", "latest/#", 4);
        try (Device publisher = Device.connect(broker.port(), "latest-publisher");
                Device reader = Device.connect(broker.port(), "latest-reader")) {
            publisher.publish("latest/x", "old", MqttQos.AT_LEAST_ONCE);
            reader.subscribe("$s/latest/latest/#", MqttQos.AT_LEAST_ONCE);

            publisher.publish("latest/x", "new", MqttQos.AT_LEAST_ONCE);

            assertThat(reader.next(1)).containsExactly("new");
        }
    }

    @Test
    void replaysFromATimeExactlyToTheMicrosecond(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "time", "time/#", 1);
        try (Device device = Device.connect(broker.port(), "time-device")) {
            for (String payload : List.of("a", "b", "c")) {
                device.publish("time/x", payload, MqttQos.AT_LEAST_ONCE);
            }
            device.subscribe("$s/earliest/time/#", MqttQos.AT_LEAST_ONCE);
            device.next();
            long b = Long.parseLong(Device.userProperty(device.next(), "ts"));
            device.next();
            device.client().unsubscribeWith().topicFilter("$s/earliest/time/#").send();

            device.subscribe("$s/" + (b - 1) + "/time/#", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(2)).containsExactly("b", "c");
            device.client()
                    .unsubscribeWith()
                    .topicFilter("$s/" + (b - 1) + "/time/#")
                    .send();
            device.subscribe("$s/" + b + "/time/#", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(2)).containsExactly("b", "c");
            device.client().unsubscribeWith().topicFilter("$s/" + b + "/time/#").send();
            device.subscribe("$s/" + (b + 1) + "/time/#", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(1)).containsExactly("c");
        }
    }

    @Test
    void showsPulsarConsumersTheSameMessagesWithTheSameKeys(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "same", "same/#", 4);
        List<String> replayed = new ArrayList<>();
        try (Device a = Device.connect(broker.port(), "same-a");
                Device b = Device.connect(broker.port(), "same-b")) {
            for (int i = 0; i < 20; i++) {
                (i % 2 == 0 ? a : b).publish("same/" + i, "payload " + i, MqttQos.AT_LEAST_ONCE);
            }
            b.subscribe("$s/earliest/same/#", MqttQos.AT_LEAST_ONCE);
            for (int i = 0; i < 20; i++) {
                Mqtt5Publish publish = b.next();
                replayed.add(String.join(
                        " | ",
                        Device.userProperty(publish, "key"),
                        publish.getTopic().toString(),
                        Device.userProperty(publish, "ts"),
                        Device.text(publish)));
            }
        }

        List<String> consumed = new ArrayList<>();
        for (Message<byte[]> message : Streams.consume(pulsar, "same", 20)) {
            assertThat(message.getProperty("mqtt.client-id")).isEqualTo(message.getKey());
            assertThat(message.getProperty("mqtt.qos")).isEqualTo("1");
            consumed.add(String.join(
                    " | ",
                    message.getKey(),
                    message.getProperty("mqtt.topic"),
                    message.getProperty("mqtt.ts"),
                    Streams.text(message)));
        }

        assertThat(replayed).containsExactlyInAnyOrderElementsOf(consumed);
        assertThat(consumed).allMatch(line -> line.startsWith("same-a |") || line.startsWith("same-b |"));
    }

    @Test
    void narrowsTheReplayToTheFilterAskedFor(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "narrow", "narrow/#", 2);
        try (Device device = Device.connect(broker.port(), "narrow-device")) {
            device.publish("narrow/a/x", "no", MqttQos.AT_LEAST_ONCE);
            device.publish("narrow/b/x", "yes", MqttQos.AT_LEAST_ONCE);
            device.publish("narrow/c/x", "no", MqttQos.AT_LEAST_ONCE);
            device.publish("narrow/b/x", "yes again", MqttQos.AT_LEAST_ONCE);

            device.subscribe("$s/earliest/narrow/b/+", MqttQos.AT_LEAST_ONCE);

            assertThat(device.next(2)).containsExactly("yes", "yes again");
        }
    }

    @Test
    void deliversAtTheLowerOfBothQos(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "levels", "levels/#", 1);
        try (Device device = Device.connect(broker.port(), "levels-device")) {
            device.publish("levels/x", "0", MqttQos.AT_MOST_ONCE);
            device.publish("levels/x", "1", MqttQos.AT_LEAST_ONCE);
            device.publish("levels/x", "2", MqttQos.EXACTLY_ONCE);

            device.subscribe("$s/earliest/levels/#", MqttQos.EXACTLY_ONCE);

            for (int qos = 0; qos <= 2; qos++) {
                Mqtt5Publish publish = device.next();
                assertThat(Device.text(publish)).isEqualTo(Integer.toString(qos));
                assertThat(publish.getQos().getCode()).isEqualTo(qos);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$s/yesterday/refused/#",
                "$s/-1/refused/#",
                "$s/1.5/refused/#",
                "$s/Latest/refused/#",
                "$s//refused/#",
                "$s/earliest/",
                "$s/earliest/refused/a#",
                "$s/earliest/no/such/stream",
                "$s/earliest/#",
                "$s/99999999999999999999/refused/#",
            })
    void refusesABadOffsetAndAStreamThatDoesNotExist(String filter, EmbeddedPulsar pulsar, MqttBroker broker)
            throws Exception {
        if (broker.status().stream("refused").isEmpty()) {
            Streams.create(pulsar, broker, "refused", "refused/#", 1);
        }
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("refused-device", 60)).read();

            RawPacket subAck = client.send(RawClient.subscribe5(filter, 1)).read();

            assertThat(subAck.body()[subAck.body().length - 1] & 0xFF)
                    .as("code of SUBACK")
                    .isEqualTo(0x8F);
        }
    }

    @Test
    void stopsAtUnsubscribeAndBeginsAgainAtTheNextSubscribe(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "again", "again/#", 1);
        try (Device device = Device.connect(broker.port(), "again-device")) {
            device.publish("again/x", "one", MqttQos.AT_LEAST_ONCE);
            device.subscribe("$s/earliest/again/#", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(1)).containsExactly("one");

            assertThat(device.client()
                            .unsubscribeWith()
                            .topicFilter("$s/earliest/again/#")
                            .send()
                            .getReasonCodes()
                            .get(0)
                            .getCode())
                    .isZero();
            device.publish("again/x", "two", MqttQos.AT_LEAST_ONCE);
            device.subscribe("$s/earliest/again/#", MqttQos.AT_LEAST_ONCE);

            assertThat(device.next(2)).containsExactly("one", "two");
        }
    }

    @Test
    void readsNoFasterThanTheSubscriberAcknowledges(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        int window = 5;
        Streams.create(pulsar, broker, "paced", "paced/#", 1);
        try (Device publisher = Device.connect(broker.port(), "paced-publisher")) {
            for (int i = 0; i < 50; i++) {
                publisher.publish("paced/x", Integer.toString(i), MqttQos.AT_LEAST_ONCE);
            }
        }
        Mqtt5BlockingClient reader = Mqtt5Client.builder()
                .identifier("paced-reader")
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
        try (Mqtt5Publishes publishes = reader.publishes(MqttGlobalPublishFilter.ALL, true)) {
            reader.connectWith()
                    .restrictions()
                    .receiveMaximum(window)
                    .applyRestrictions()
                    .send();
            reader.subscribeWith()
                    .topicFilter("$s/earliest/paced/#")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            List<Mqtt5Publish> unacknowledged = new ArrayList<>();
            for (int i = 0; i < window; i++) {
                unacknowledged.add(publishes.receive(20, TimeUnit.SECONDS).orElseThrow());
            }

            assertThat(publishes.receive(300, TimeUnit.MILLISECONDS)).isEmpty();
            unacknowledged.forEach(Mqtt5Publish::acknowledge);

            for (int i = window; i < 50; i++) {
                Optional<Mqtt5Publish> next = publishes.receive(20, TimeUnit.SECONDS);
                assertThat(next).map(Device::text).contains(Integer.toString(i));
                next.orElseThrow().acknowledge();
            }
            reader.disconnect();
        }
    }

    @Test
    void replaysManyMessagesWholeAndInOrderPerDevice(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        int devices = 5;
        int each = 4_000;
        Streams.create(pulsar, broker, "many", "many/#", 4);
        List<Device> connected = new ArrayList<>();
        for (int d = 0; d < devices; d++) {
            connected.add(Device.connect(broker.port(), "many-" + d));
        }
        for (int i = 0; i < each; i++) {
            for (int d = 0; d < devices; d++) {
                connected.get(d).publish("many/" + d, Integer.toString(i), MqttQos.AT_MOST_ONCE);
            }
        }
        for (int d = 0; d < devices; d++) {
            connected.get(d).publish("many/" + d, Integer.toString(each), MqttQos.AT_LEAST_ONCE);
        }

        try (Device reader = Device.connect(broker.port(), "many-reader")) {
            reader.subscribe("$s/earliest/many/#", MqttQos.AT_MOST_ONCE);
            Map<String, Integer> next = new HashMap<>();
            for (int i = 0; i < devices * (each + 1); i++) {
                Mqtt5Publish publish = reader.next();
                int expected = next.merge(publish.getTopic().toString(), 1, Integer::sum) - 1;
                assertThat(Device.text(publish)).isEqualTo(Integer.toString(expected));
            }
            assertThat(next)
                    .hasSize(devices)
                    .allSatisfy((topic, count) -> assertThat(count).isEqualTo(each + 1));
        }
        connected.forEach(Device::close);
    }

    @Test
    void replaysWhatADataEngineerProducedWithPulsar(EmbeddedPulsar pulsar, MqttBroker broker) throws Exception {
        Streams.create(pulsar, broker, "produced", "produced/#", 2);
        try (Producer<byte[]> producer = pulsar.client()
                .newProducer()
                .topic(Streams.pulsarTopic("produced"))
                .create()) {
            producer.newMessage()
                    .key("station-7")
                    .property("mqtt.topic", "produced/station-7")
                    .value("22.1".getBytes(UTF_8))
                    .send();
        }

        try (Device reader = Device.connect(broker.port(), "produced-reader")) {
            reader.subscribe("$s/earliest/produced/#", MqttQos.AT_LEAST_ONCE);

            Mqtt5Publish publish = reader.next();
            assertThat(publish.getTopic()).hasToString("produced/station-7");
            assertThat(Device.text(publish)).isEqualTo("22.1");
            assertThat(Device.userProperty(publish, "key")).isEqualTo("station-7");
        }
    }
}
