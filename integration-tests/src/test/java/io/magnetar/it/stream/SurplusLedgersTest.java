package io.magnetar.it.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import io.magnetar.mqtt.owned.SurplusLedgers;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.bookkeeper.mledger.ManagedLedger;
import org.apache.pulsar.broker.service.persistent.PersistentTopic;
import org.apache.pulsar.client.api.MessageId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The space below the limits of a stream is returned, ledger by ledger. */
@ExtendWith(PulsarExtension.class)
class SurplusLedgersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LEDGERS = 6;
    private static final int MESSAGES = 50;
    private static final long MARGIN_MILLIS = 3_000;

    /** The last two ledgers end a margin after the others. */
    private static void fill(Streams streams, StreamDefinition stream) throws Exception {
        for (int ledger = 0; ledger < LEDGERS; ledger++) {
            for (int i = 0; i < MESSAGES; i++) {
                String payload = ledger * MESSAGES + i + " " + "x".repeat(1_000);
                streams.appendAndConfirm(stream, streams.message("client", "a", payload, 1 + i));
            }
            if (ledger < LEDGERS - 1) {
                streams.pulsar.admin().topics().unload(stream.pulsarTopic()); // The next one begins.
            }
            if (ledger == LEDGERS - 3) {
                long end = System.currentTimeMillis() + MARGIN_MILLIS;
                await().until(() -> System.currentTimeMillis() > end);
            }
        }
    }

    private static ManagedLedger ledger(Streams streams, StreamDefinition stream) {
        return ((PersistentTopic) streams.pulsar
                        .broker()
                        .getBrokerService()
                        .getTopicReference(stream.pulsarTopic(0))
                        .orElseThrow())
                .getManagedLedger();
    }

    private static List<Integer> numbers(Streams streams, StreamDefinition stream, int count) throws Exception {
        try (Replay replay = streams.read(stream, new StartPosition.Earliest(), "a")) {
            return replay.all(count).stream()
                    .map(payload -> Integer.parseInt(payload.split(" ", -1)[0]))
                    .toList();
        }
    }

    private static SurplusLedgers surplus(Streams streams) {
        return new SurplusLedgers(
                streams.pulsar.broker().getBrokerService(), streams.catalog, InstantSource.system(), MARGIN_MILLIS);
    }

    @Test
    void ledgersBelowTheLastMessagesGoAndTheirSpaceWithThem(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create(
                    "surplus", 1, Map.of("mqtt.filter", "a", "mqtt.order-buckets", "0", "mqtt.max-messages", "70"));
            fill(streams, stream);
            ManagedLedger ledger = ledger(streams, stream);
            long before = ledger.getTotalSize();
            int ledgers = ledger.getLedgersInfo().size();
            assertThat(ledgers).isGreaterThanOrEqualTo(LEDGERS);
            SurplusLedgers surplus = surplus(streams);

            await().atMost(PATIENCE).untilAsserted(() -> {
                surplus.look();
                assertThat(ledger.getLedgersInfo()).hasSize(ledgers - (LEDGERS - 2));
            });

            assertThat(ledger.getTotalSize()).isLessThan(before / 2);
            assertThat(ledger.getConfig().getRetentionTimeMillis())
                    .as("as it was")
                    .isNegative();
            int first = (LEDGERS - 2) * MESSAGES;
            assertThat(numbers(streams, stream, 2 * MESSAGES))
                    .as("the last 70 are there, with their ledgers")
                    .isEqualTo(
                            IntStream.range(first, LEDGERS * MESSAGES).boxed().toList());
            surplus.look();
            assertThat(numbers(streams, stream, 2 * MESSAGES)).hasSize(2 * MESSAGES);
        }
    }

    @Test
    void ledgersBelowTheLastBytesGoAndASubscriptionHoldsThem(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = streams.create(
                    "surplus-bytes", 1, Map.of("mqtt.filter", "a", "mqtt.order-buckets", "0", "mqtt.max-bytes", "60K"));
            pulsar.admin().topics().createSubscription(stream.pulsarTopic(), "audit", MessageId.earliest);
            fill(streams, stream);
            ManagedLedger ledger = ledger(streams, stream);
            long before = ledger.getTotalSize();
            SurplusLedgers surplus = surplus(streams);
            surplus.look();
            assertThat(numbers(streams, stream, LEDGERS * MESSAGES)).hasSize(LEDGERS * MESSAGES);
            assertThat(ledger.getTotalSize()).isEqualTo(before);

            pulsar.admin().topics().deleteSubscription(stream.pulsarTopic(), "audit");

            await().atMost(PATIENCE).untilAsserted(() -> {
                surplus.look();
                assertThat(ledger.getTotalSize()).isLessThan(before / 2);
            });
            assertThat(ledger.getTotalSize()).isGreaterThanOrEqualTo(60 << 10);
        }
    }
}
