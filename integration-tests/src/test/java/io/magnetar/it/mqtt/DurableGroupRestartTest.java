package io.magnetar.it.mqtt;

import static io.magnetar.it.client.DurableClients.durable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.PahoMember;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Groups with durable members of a broker that stops and starts again, on a Pulsar that no other MQTT broker uses. */
class DurableGroupRestartTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String QUEUE = "persistent://public/queue/messages";

    private static EmbeddedPulsar pulsar;

    @BeforeAll
    static void startPulsar() throws Exception {
        pulsar = EmbeddedPulsar.start();
    }

    @AfterAll
    static void stopPulsar() throws Exception {
        pulsar.close();
    }

    /** Each is the one before, started again. */
    private static MqttBroker start(Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(settings);
        all.put("mqttBrokerName", "restarted");
        return MqttBroker.start(pulsar.broker(), all);
    }

    private static List<String> publish(MqttBroker broker, String topic, String prefix, int count, MqttQos qos) {
        List<String> texts = IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
        try (Device publisher = Device.connect(broker.port(), "restart-publisher-" + prefix)) {
            texts.forEach(text -> publisher.publish(topic, text, qos));
        }
        return texts;
    }

    @Test
    void deliversQos2OnceThoughTheBrokerStopsUnderItsMembers() throws Exception {
        List<PahoMember> members = List.of(new PahoMember("restart-one"), new PahoMember("restart-two"));
        List<String> promised = new ArrayList<>();
        try (MqttBroker before = start(Map.of())) {
            for (PahoMember member : members) {
                member.connect(before.port());
                member.subscribe("$share/restart/restart/#", 2);
            }
            promised.addAll(publish(before, "restart/a", "before ", 300, MqttQos.EXACTLY_ONCE));
        }
        await().atMost(PATIENCE).until(() -> members.stream().noneMatch(PahoMember::isConnected));
        try (MqttBroker after = start(Map.of())) {
            promised.addAll(publish(after, "restart/b", "absent ", 100, MqttQos.EXACTLY_ONCE));
            for (PahoMember member : members) {
                member.connect(after.port());
            }
            promised.addAll(publish(after, "restart/c", "after ", 100, MqttQos.EXACTLY_ONCE));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(new HashSet<>(all(members))).isEqualTo(new HashSet<>(promised)));
            assertThat(all(members)).as("once each").containsExactlyInAnyOrderElementsOf(promised);
            for (PahoMember member : members) {
                member.close();
            }
        }
    }

    private static List<String> all(List<PahoMember> members) {
        return members.stream().flatMap(member -> member.texts().stream()).toList();
    }

    @Test
    void refusesAGroupBeyondTheLimitAndTellsWhy() throws Exception {
        try (MqttBroker broker = start(Map.of("mqttMaxDurableGroups", "1"));
                Device device = durable(broker.port(), "group-limit")) {
            assertThat(device.subscribe("$share/g/limit/a", MqttQos.AT_LEAST_ONCE)
                            .getCode())
                    .isEqualTo(1);

            assertThatThrownBy(() -> device.client()
                            .subscribeWith()
                            .topicFilter("$share/g/limit/b")
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .send())
                    .isInstanceOfSatisfying(Mqtt5SubAckException.class, refused -> {
                        assertThat(refused.getMqttMessage().getReasonCodes())
                                .containsExactly(Mqtt5SubAckReasonCode.QUOTA_EXCEEDED);
                        assertThat(refused.getMqttMessage()
                                        .getReasonString()
                                        .orElseThrow()
                                        .toString())
                                .contains("at most 1 groups");
                    });
            assertThat(device.subscribe("$share/g/limit/b", MqttQos.AT_MOST_ONCE)
                            .getCode())
                    .as("a group without a durable member")
                    .isZero();
            device.client().unsubscribeWith().topicFilter("$share/g/limit/a").send();
            assertThat(device.subscribe("$share/g/limit/c", MqttQos.AT_LEAST_ONCE)
                            .getCode())
                    .as("there is room again")
                    .isEqualTo(1);
            device.client().unsubscribeWith().topicFilter("$share/g/limit/c").send();
        }
    }

    /** The broker starts again in between, for what it has read lately it would remember. */
    @Test
    void goesOnBehindWhatTheLogNoLongerKeepsAndCountsThat() throws Exception {
        String filter = "$share/trimmed/trimmed/a";
        List<String> kept;
        try (MqttBroker before = start(Map.of())) {
            try (Device away = durable(before.port(), "group-trimmed")) {
                away.subscribe(filter, MqttQos.AT_LEAST_ONCE);
                publish(before, "trimmed/a", "got ", 5, MqttQos.AT_LEAST_ONCE);
                assertThat(away.next(5)).hasSize(5);
            }
            publish(before, "trimmed/a", "lost ", 20, MqttQos.AT_LEAST_ONCE);
            truncateQueue();
            kept = publish(before, "trimmed/a", "kept ", 20, MqttQos.AT_LEAST_ONCE);
        }
        try (MqttBroker after = start(Map.of())) {
            assertThat(after.status().counter("queuePlacesLost")).isZero();

            try (Device back = durable(after.port(), "group-trimmed")) {
                assertThat(back.next(20)).isEqualTo(kept);
                assertThat(after.status().counter("queuePlacesLost")).isPositive();
                back.client().unsubscribeWith().topicFilter(filter).send();
            }
        }
    }

    /** Deletes all that is in the queue; a ledger that is being written to cannot be, so each partition is unloaded before. */
    private static void truncateQueue() throws Exception {
        int partitions = pulsar.admin().topics().getPartitionedTopicMetadata(QUEUE).partitions;
        for (int i = 0; i < partitions; i++) {
            String partition = QUEUE + "-partition-" + i;
            pulsar.admin().topics().unload(partition);
            pulsar.admin().topics().truncate(partition);
            await().atMost(PATIENCE)
                    .until(() -> pulsar.admin()
                                    .topics()
                                    .getInternalStats(partition)
                                    .ledgers
                                    .size()
                            <= 1);
        }
    }
}
