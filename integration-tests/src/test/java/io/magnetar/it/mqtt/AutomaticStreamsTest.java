package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.DurableClients;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.pulsar.broker.PulsarService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Streams that are made because somebody subscribes. */
@ExtendWith(MqttExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AutomaticStreamsTest {
    private static final Map<String, String> SETTINGS = Map.of(
            "mqttStreamCreators", "client-id:maker-*",
            "mqttStreamTemplate", "{\"partitions\": 3, \"properties\": {\"mqtt.key\": \"topic\"}}");

    private final EmbeddedPulsar pulsar;
    private MqttBroker broker;

    AutomaticStreamsTest(EmbeddedPulsar pulsar) {
        this.pulsar = pulsar;
    }

    @BeforeAll
    void start() throws Exception {
        broker = MqttBroker.start(pulsar.broker(), SETTINGS);
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    /** The streams of a filter. */
    private static List<JsonNode> keeping(MqttBroker asked, String filter) throws Exception {
        return StreamSupport.stream(asked.status().get().path("streams").spliterator(), false)
                .filter(stream -> stream.path("filter").asText().equals(filter))
                .toList();
    }

    @Test
    void makesWhatTheFirstSubscriberAsksForLikeItsTemplate() throws Exception {
        try (Device maker = Device.connect(broker.port(), "maker-first")) {
            assertThat(maker.subscribe("$s/earliest/auto-first/+/x", MqttQos.AT_LEAST_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_1);
            List<JsonNode> made = keeping(broker, "auto-first/+/x");
            assertThat(made).hasSize(1);
            assertThat(made.get(0).path("name").asText()).matches("auto-auto_first\\._\\.x-[0-9a-f]{16}");
            assertThat(made.get(0).path("partitions").asInt()).isEqualTo(3);
            assertThat(made.get(0).path("key").asText()).isEqualTo("topic");

            maker.publish("auto-first/1/x", "kept", MqttQos.AT_LEAST_ONCE);
            assertThat(maker.next(1)).containsExactly("kept");
        }
        try (Device other = Device.connect(broker.port(), "other-first")) {
            assertThat(other.subscribe("$s/earliest/auto-first/+/x", MqttQos.AT_LEAST_ONCE))
                    .as("what is there may be read")
                    .isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_1);
            assertThat(other.next(1)).containsExactly("kept");
        }
    }

    @Test
    void makesOneOfTheNameAskedForAndNoneWithoutAFilter() throws Exception {
        try (Device maker = Device.connect(broker.port(), "maker-named")) {
            assertThat(maker.subscribe("$stream/auto-named@earliest/auto-named/#", MqttQos.AT_LEAST_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_1);
            assertThat(broker.status().stream("auto-named")
                            .orElseThrow()
                            .path("filter")
                            .asText())
                    .isEqualTo("auto-named/#");
            assertThat(maker.subscribe("$stream/auto-named@earliest/elsewhere/#", MqttQos.AT_LEAST_ONCE))
                    .as("one of the name keeps something else")
                    .isEqualTo(Mqtt5SubAckReasonCode.TOPIC_FILTER_INVALID);
            assertThat(maker.subscribe("$stream/auto-bare@earliest", MqttQos.AT_LEAST_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.TOPIC_FILTER_INVALID);
            assertThat(maker.subscribe("$s/nonsense/auto-bare/#", MqttQos.AT_LEAST_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.TOPIC_FILTER_INVALID);
            assertThat(keeping(broker, "auto-bare/#")).isEmpty();
        }
    }

    @Test
    void makesNoneForOthersNorWhereItIsOff(MqttBroker off) throws Exception {
        try (Device other = Device.connect(broker.port(), "other-refused");
                Device maker = Device.connect(off.port(), "maker-off")) {
            assertThat(other.subscribe("$s/earliest/auto-refused/#", MqttQos.AT_LEAST_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.NOT_AUTHORIZED);
            assertThat(maker.subscribe("$s/earliest/auto-refused/#", MqttQos.AT_LEAST_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.TOPIC_FILTER_INVALID);
        }
        assertThat(keeping(broker, "auto-refused/#")).isEmpty();
    }

    @Test
    void makesOneForDurableSessionsForRangesAndForGroups() throws Exception {
        try (Device maker = DurableClients.durable(broker.port(), "maker-kinds")) {
            assertThat(maker.subscribe("$s/earliest/auto-durable/#", MqttQos.EXACTLY_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_2);
            assertThat(maker.subscribe("$s/earliest..now/auto-range/#", MqttQos.AT_LEAST_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_1);
            assertThat(maker.next().getTopic()).hasToString("$stream-end/$s/earliest..now/auto-range/%23");
            assertThat(maker.subscribe("$share/g/$s/earliest/auto-group/#", MqttQos.AT_LEAST_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_1);
            maker.publish("auto-group/x", "to the group", MqttQos.AT_LEAST_ONCE);
            maker.publish("auto-durable/x", "to the session", MqttQos.AT_LEAST_ONCE);
            assertThat(maker.next(2)).containsExactlyInAnyOrder("to the group", "to the session");
        }
    }

    @Test
    void twoBrokersMakeOneWhenManyAskAtOnce() throws Exception {
        try (PulsarService neighbour = pulsar.startBroker(settings -> {});
                MqttBroker second = MqttBroker.start(neighbour, SETTINGS)) {
            List<CompletableFuture<Mqtt5SubAckReasonCode>> answers = IntStream.range(0, 12)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                        int port = i % 2 == 0 ? broker.port() : second.port();
                        try (Device maker = Device.connect(port, "maker-many-" + i)) {
                            return maker.subscribe("$s/earliest/auto-many/#", MqttQos.AT_LEAST_ONCE);
                        }
                    }))
                    .toList();
            for (CompletableFuture<Mqtt5SubAckReasonCode> answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_1);
            }
            await().until(() -> keeping(second, "auto-many/#").size() == 1
                    && keeping(broker, "auto-many/#").size() == 1);
        }
    }

    @Test
    void makesNoMoreThanTheNamespaceMayHaveWhenManyAskAtOnce() throws Exception {
        int there = new AdminCalls(broker)
                .get("streams/public")
                .body()
                .path("streams")
                .size();
        try (MqttBroker almostFull = MqttBroker.start(
                pulsar.broker(),
                Map.of("mqttStreamCreators", "client-id:*", "mqttMaxStreams", Integer.toString(there + 1)))) {
            List<CompletableFuture<Mqtt5SubAckReasonCode>> answers = IntStream.range(0, 6)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                        try (Device maker = Device.connect(almostFull.port(), "maker-last-" + i)) {
                            return maker.subscribe("$s/earliest/auto-last/" + i + "/#", MqttQos.AT_LEAST_ONCE);
                        }
                    }))
                    .toList();
            List<Mqtt5SubAckReasonCode> codes = new ArrayList<>();
            for (CompletableFuture<Mqtt5SubAckReasonCode> answer : answers) {
                codes.add(answer.get(60, TimeUnit.SECONDS));
            }
            assertThat(codes)
                    .containsOnlyOnce(Mqtt5SubAckReasonCode.GRANTED_QOS_1)
                    .filteredOn(code -> !code.equals(Mqtt5SubAckReasonCode.GRANTED_QOS_1))
                    .containsOnly(Mqtt5SubAckReasonCode.QUOTA_EXCEEDED);
        }
    }

    @Test
    void refusesMoreThanTheNamespaceMayHave() throws Exception {
        Streams.create(pulsar, broker, "auto-cap", "auto-cap/#", 1);
        try (MqttBroker full = MqttBroker.start(
                        pulsar.broker(), Map.of("mqttStreamCreators", "client-id:*", "mqttMaxStreams", "1"));
                Device maker = Device.connect(full.port(), "maker-cap")) {
            assertThat(maker.subscribe("$s/earliest/auto-too-many/#", MqttQos.AT_LEAST_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.QUOTA_EXCEEDED);
        }
    }
}
