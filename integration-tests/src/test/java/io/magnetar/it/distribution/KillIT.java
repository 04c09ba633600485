package io.magnetar.it.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.magnetar.it.client.Device;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Reader;
import org.junit.jupiter.api.Test;

/** An acknowledged message survives the sudden death of the broker. */
class KillIT {
    private static final int DEVICES = 10;
    private static final int EACH = 5_000;
    private static final String STREAM = "persistent://public/streams/kill";

    @Test
    void keepsEveryAcknowledgedMessageInOrderWhenTheBrokerIsKilledInTheMiddle() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(DEVICES);
        try (Standalone standalone = new Standalone("kill", "--no-functions").start()) {
            createStream(standalone);
            AtomicLong acknowledged = new AtomicLong();
            List<ResumingPublisher> publishers = new ArrayList<>();
            for (int d = 0; d < DEVICES; d++) {
                publishers.add(
                        new ResumingPublisher(standalone.mqttPort(), "kill-" + d, "kill/" + d, EACH, acknowledged));
            }
            CompletableFuture<?> all = CompletableFuture.allOf(publishers.stream()
                    .map(publisher -> CompletableFuture.runAsync(publisher, threads))
                    .toArray(CompletableFuture[]::new));
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> acknowledged.get() > DEVICES * EACH / 4);

            standalone.kill();
            assertThat(acknowledged.get()).as("acknowledged before the kill").isLessThan(DEVICES * EACH);
            standalone.start();
            all.get(5, TimeUnit.MINUTES);

            assertThat(publishers)
                    .allSatisfy(publisher -> assertThat(publisher.connections()).isGreaterThan(1));
            Map<String, List<Integer>> kept = read(standalone);
            for (ResumingPublisher publisher : publishers) {
                assertWholeAndInOrder(publisher, kept.getOrDefault(publisher.topic(), List.of()));
            }
            assertReplayIsTheSame(standalone, kept);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void createStream(Standalone standalone) throws Exception {
        try (PulsarAdmin admin =
                PulsarAdmin.builder().serviceHttpUrl(standalone.adminUrl()).build()) {
            admin.topics().createPartitionedTopic(STREAM, 4, Map.of("mqtt.filter", "kill/#"));
        }
        standalone.status().awaitStream("kill");
    }

    /** All messages that the stream keeps, by topic, as Pulsar readers get them partition by partition. */
    private static Map<String, List<Integer>> read(Standalone standalone) throws Exception {
        Map<String, List<Integer>> kept = new HashMap<>();
        try (PulsarClient client = PulsarClient.builder()
                        .serviceUrl(standalone.serviceUrl())
                        .build();
                Reader<byte[]> reader = client.newReader()
                        .topic(STREAM)
                        .startMessageId(MessageId.earliest)
                        .create()) {
            while (reader.hasMessageAvailable()) {
                Message<byte[]> message = reader.readNext(20, TimeUnit.SECONDS);
                kept.computeIfAbsent(message.getProperty("mqtt.topic"), topic -> new ArrayList<>())
                        .add(Integer.valueOf(new String(message.getValue(), UTF_8)));
            }
        }
        return kept;
    }

    private static void assertWholeAndInOrder(ResumingPublisher publisher, List<Integer> kept) {
        int[] times = new int[EACH];
        int next = 0;
        for (int message : kept) {
            if (times[message]++ == 0) {
                assertThat(message)
                        .as("%s: first appearances are in order and whole", publisher.topic())
                        .isEqualTo(next++);
            }
        }
        assertThat(next).as("%s: all are there", publisher.topic()).isEqualTo(EACH);
        for (int message = 0; message < EACH; message++) {
            assertThat(times[message])
                    .as("%s: copies of message %d", publisher.topic(), message)
                    .isLessThanOrEqualTo(publisher.sends(message));
        }
    }

    private static void assertReplayIsTheSame(Standalone standalone, Map<String, List<Integer>> kept)
            throws InterruptedException {
        int messages = kept.values().stream().mapToInt(List::size).sum();
        Map<String, List<Integer>> replayed = new HashMap<>();
        try (Device device = Device.connect(standalone.mqttPort(), "kill-reader")) {
            device.subscribe("$s/earliest/kill/#", MqttQos.AT_LEAST_ONCE);
            for (int i = 0; i < messages; i++) {
                Mqtt5Publish publish = device.next();
                replayed.computeIfAbsent(publish.getTopic().toString(), topic -> new ArrayList<>())
                        .add(Integer.valueOf(Device.text(publish)));
            }
        }
        assertThat(replayed).isEqualTo(kept);
    }
}
