package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.magnetar.it.client.Device;
import io.magnetar.it.mqtt.AdminCalls.Answer;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the admin API tells of the messages of a stream, and of who reads them. */
@ExtendWith(MqttExtension.class)
class AdminInspectionTest {
    private final EmbeddedPulsar pulsar;
    private final MqttBroker broker;
    private final AdminCalls admin;

    AdminInspectionTest(EmbeddedPulsar pulsar, MqttBroker broker) {
        this.pulsar = pulsar;
        this.broker = broker;
        this.admin = new AdminCalls(broker);
    }

    private void publish(String stream, int messages) {
        try (Device device = Device.connect(broker.port(), stream + "-device")) {
            for (int i = 1; i <= messages; i++) {
                device.publish(stream + "/" + i, "m" + i, MqttQos.AT_LEAST_ONCE);
            }
        }
    }

    @Test
    void peeksAtTheNewestMessagesOrThoseFromAnOffset() throws Exception {
        Streams.create(pulsar, broker, "adm-peek", "adm-peek/#", 3);
        publish("adm-peek", 8);

        Answer newest = admin.get("streams/public/adm-peek/messages?count=3");
        assertThat(newest.status()).as(newest.toString()).isEqualTo(200);
        assertThat(newest.body().path("messages").findValuesAsText("payload")).containsExactly("m6", "m7", "m8");
        JsonNode first = admin.get("streams/public/adm-peek/messages?from=earliest&count=2")
                .body()
                .path("messages");
        assertThat(first.findValuesAsText("topic")).containsExactly("adm-peek/1", "adm-peek/2");
        assertThat(first.get(0).path("clientId").asText()).isEqualTo("adm-peek-device");
        assertThat(first.get(0).path("qos").asInt()).isEqualTo(1);
        assertThat(first.get(0).path("key").asText()).isEqualTo("adm-peek-device");
        Answer all = admin.get("streams/public/adm-peek/messages?from=-1h&count=1000");
        assertThat(all.body().path("messages")).hasSize(8);
        assertThat(all.body().path("cut").asBoolean()).isFalse();
        String id = all.body().path("messages").get(4).path("messageId").asText();
        assertThat(admin.get("streams/public/adm-peek/messages?count=1000&from=" + id)
                        .body()
                        .path("messages")
                        .findValuesAsText("messageId"))
                .contains(id);
        assertThat(admin.get("streams/public/adm-peek/messages?from=latest")
                        .body()
                        .path("messages"))
                .isEmpty();
    }

    @Test
    void showsPayloadsThatAreNoTextInBase64AndThePropertiesOfAMessage() throws Exception {
        Streams.create(pulsar, broker, "adm-bytes", "adm-bytes/#", 1);
        try (Device device = Device.connect(broker.port(), "adm-bytes-device")) {
            device.client()
                    .publish(Mqtt5Publish.builder()
                            .topic("adm-bytes/raw")
                            .payload(new byte[] {(byte) 0xff, 0})
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .contentType("image/raw")
                            .userProperties(Mqtt5UserProperties.builder()
                                    .add("site", "north")
                                    .build())
                            .build());
        }

        JsonNode message = admin.get("streams/public/adm-bytes/messages")
                .body()
                .path("messages")
                .get(0);

        assertThat(message.path("payloadBase64").asText()).isEqualTo("/wA=");
        assertThat(message.has("payload")).isFalse();
        assertThat(message.path("payloadBytes").asInt()).isEqualTo(2);
        assertThat(message.path("contentType").asText()).isEqualTo("image/raw");
        assertThat(message.path("userProperties")).hasToString("[[\"site\",\"north\"]]");
    }

    @Test
    void saysWhatIsWrongWithAnOffsetOrACount() throws Exception {
        Streams.create(pulsar, broker, "adm-wrongs", "adm-wrongs/#", 1);

        assertThat(admin.get("streams/public/adm-wrongs/messages?from=yesterday")
                        .error())
                .contains("from=yesterday is no offset", "earliest");
        assertThat(admin.get("streams/public/adm-wrongs/messages?count=1001").error())
                .contains("1 to 1000");
        assertThat(admin.get("streams/public/adm-wrongs/messages?from=99999:0").status())
                .isEqualTo(404);
        assertThat(admin.get("streams/public/adm-nowhere/messages").status()).isEqualTo(404);
        assertThat(admin.get("streams/public/adm-nowhere/stats").status()).isEqualTo(404);
    }

    @Test
    void countsWhatIsKeptAndNamesTheSubscriptionsThatHoldStorage() throws Exception {
        Streams.create(pulsar, broker, "adm-stats", "adm-stats/#", 2);
        assertThat(admin.get("streams/public/adm-stats/stats")
                        .body()
                        .path("messages")
                        .asInt(-1))
                .isZero();
        try (Consumer<byte[]> audit = subscribe("audit");
                Consumer<byte[]> done = subscribe("done")) {
            publish("adm-stats", 5);
            for (int i = 0; i < 5; i++) {
                done.acknowledge(done.receive(20, TimeUnit.SECONDS));
            }

            assertThat(audit.isConnected()).isTrue();
            awaitAcknowledged("adm-stats", "done");
            JsonNode stats = admin.get("streams/public/adm-stats/stats").body();

            assertThat(stats.path("messages").asInt()).as(stats.toString()).isEqualTo(5);
            assertThat(stats.path("oldest").asText())
                    .isLessThanOrEqualTo(stats.path("newest").asText())
                    .startsWith("20");
            assertThat(stats.path("storedBytes").asLong()).isPositive();
            assertThat(stats.path("subscriptions").findValuesAsText("name")).containsExactly("audit", "done");
            assertThat(stats.path("subscriptions").findValuesAsText("lag")).containsExactly("5", "0");
            assertThat(stats.path("storageHeldBy"))
                    .as("all is within the retention")
                    .isEmpty();
            assertThat(stats.path("retention").path("minutes").asInt()).isEqualTo(7 * 24 * 60);
            assertThat(stats.path("retention").path("from").asText()).isEqualTo("the policy of the Pulsar namespace");
            assertThat(stats.path("broker").path("messagesIn").asInt()).isEqualTo(5);
            assertThat(stats.path("broker")
                            .path("appendMillisAtMost")
                            .path("p50")
                            .asDouble())
                    .isPositive();
            assertThat(stats.path("partitions")).hasSize(2);
            assertThat(stats.path("readers").asInt()).isZero();
        }
        try (Device reader = Device.connect(broker.port(), "adm-stats-reader")) {
            reader.subscribe("$stream/adm-stats@earliest", MqttQos.AT_LEAST_ONCE);
            reader.next(5);

            assertThat(admin.get("streams/public/adm-stats/stats")
                            .body()
                            .path("readers")
                            .asInt())
                    .isEqualTo(1);
        }
    }

    @Test
    void namesTheSubscriptionsThatKeepWhatTheStreamNoLongerHolds() throws Exception {
        Streams.create(pulsar, "adm-held", 1, Map.of("mqtt.filter", "adm-held/#", "mqtt.max-messages", "3"));
        broker.status().awaitStream("adm-held");
        try (Consumer<byte[]> audit = subscribe("adm-held", "audit");
                Consumer<byte[]> done = subscribe("adm-held", "done")) {
            publish("adm-held", 4);
            for (int i = 0; i < 4; i++) {
                done.acknowledge(done.receive(20, TimeUnit.SECONDS));
            }
            awaitAcknowledged("adm-held", "done");
            pulsar.admin().topics().unload(Streams.pulsarTopic("adm-held")); // The next ledger begins.
            publish("adm-held", 3);
            assertThat(audit.isConnected()).isTrue();

            JsonNode stats = admin.get("streams/public/adm-held/stats").body();

            assertThat(stats.path("messages").asInt()).as(stats.toString()).isEqualTo(3);
            assertThat(stats.path("fullPercent").asInt()).isEqualTo(100);
            assertThat(stats.path("limits").path("maxMessages").asInt()).isEqualTo(3);
            assertThat(stats.path("storageHeldBy")).hasToString("[\"audit\"]");
            assertThat(stats.path("subscriptions").findValuesAsText("lag")).containsExactly("7", "3");
            JsonNode held = stats.path("subscriptions").get(0).path("heldBytes");
            assertThat(held.asLong())
                    .isPositive()
                    .isLessThan(
                            stats.path("partitions").get(0).path("storedBytes").asLong());
            assertThat(stats.path("subscriptions").get(1).path("heldBytes").asLong())
                    .isZero();
        }
    }

    /** Acknowledgements are on their way for a while. */
    private void awaitAcknowledged(String stream, String subscription) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> Objects.requireNonNull(pulsar.admin()
                                        .topics()
                                        .getPartitionedStats(Streams.pulsarTopic(stream), false)
                                        .getSubscriptions()
                                        .get(subscription))
                                .getMsgBacklog()
                        == 0);
    }

    private Consumer<byte[]> subscribe(String name) throws Exception {
        return subscribe("adm-stats", name);
    }

    private Consumer<byte[]> subscribe(String stream, String name) throws Exception {
        return pulsar.client()
                .newConsumer()
                .topic(Streams.pulsarTopic(stream))
                .subscriptionName(name)
                .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                .subscribe();
    }
}
