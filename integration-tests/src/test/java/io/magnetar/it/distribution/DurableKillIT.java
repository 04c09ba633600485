package io.magnetar.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Durable sessions, durable groups and places in streams survive the sudden death of the broker, as often as it dies: nothing acknowledged is lost, the
 * order of each topic holds, and at QoS 2 each message comes once, in both directions. {@code -Dmagnetar.kill.rounds} says how often,
 * {@code -Dmagnetar.kill.pairs} with how many pairs of each QoS, plain, shared and of a stream.
 */
class DurableKillIT {
    private static final int ROUNDS = Integer.getInteger("magnetar.kill.rounds", 3);
    private static final int PAIRS = Integer.getInteger("magnetar.kill.pairs", 10);
    private static final int MESSAGES_PER_ROUND = 50;

    @Test
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    void losesNothingAndRepeatsNothingAtQos2HoweverOftenTheBrokerIsKilled() throws Exception {
        List<DurablePair> pairs = new ArrayList<>();
        try (Standalone standalone = new Standalone("durable-kill", "--no-functions").start()) {
            createStream(standalone);
            for (int i = 0; i < PAIRS; i++) {
                pairs.add(new DurablePair(standalone.mqttPort(), "one-" + i, MqttQos.AT_LEAST_ONCE));
                pairs.add(new DurablePair(standalone.mqttPort(), "two-" + i, MqttQos.EXACTLY_ONCE));
                pairs.add(DurablePair.inGroup(standalone.mqttPort(), "shared-one-" + i, MqttQos.AT_LEAST_ONCE));
                pairs.add(DurablePair.inGroup(standalone.mqttPort(), "shared-two-" + i, MqttQos.EXACTLY_ONCE));
                pairs.add(DurablePair.ofStream(standalone.mqttPort(), "stream/one-" + i, MqttQos.AT_LEAST_ONCE));
                pairs.add(DurablePair.ofStream(standalone.mqttPort(), "stream/two-" + i, MqttQos.EXACTLY_ONCE));
            }
            for (DurablePair pair : pairs) {
                pair.start();
            }
            for (int round = 1; round <= ROUNDS; round++) {
                awaitProgress(pairs);
                standalone.kill();
                standalone.start();
                pairs.forEach(DurablePair::verify);
                System.out.printf("kill %d of %d: nothing lost so far%n", round, ROUNDS);
            }
            awaitProgress(pairs);
            CompletableFuture.allOf(pairs.stream().map(DurablePair::stop).toArray(CompletableFuture[]::new))
                    .get(3, TimeUnit.MINUTES);
            await().atMost(Duration.ofMinutes(3)).until(() -> pairs.stream().allMatch(DurablePair::isWhole));

            assertThat(pairs).allSatisfy(pair -> assertThat(pair.connections()).isGreaterThan(2 * ROUNDS));
            pairs.forEach(DurablePair::verify);
        } finally {
            pairs.forEach(DurablePair::close);
        }
    }

    private static void createStream(Standalone standalone) throws Exception {
        try (PulsarAdmin admin =
                PulsarAdmin.builder().serviceHttpUrl(standalone.adminUrl()).build()) {
            admin.topics()
                    .createPartitionedTopic(
                            "persistent://public/streams/pairs", 4, Map.of("mqtt.filter", "pairs/stream/#"));
        }
        standalone.status().awaitStream("pairs");
    }

    /** Waits until every pair has got on. */
    private static void awaitProgress(List<DurablePair> pairs) {
        List<Integer> before = pairs.stream().map(DurablePair::acknowledged).toList();
        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    for (int i = 0; i < pairs.size(); i++) {
                        if (pairs.get(i).acknowledged() < before.get(i) + MESSAGES_PER_ROUND) {
                            return false;
                        }
                    }
                    return true;
                });
    }
}
