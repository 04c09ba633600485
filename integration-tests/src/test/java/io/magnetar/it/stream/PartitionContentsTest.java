package io.magnetar.it.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.mqtt.owned.BrokerContents;
import io.magnetar.mqtt.owned.BrokerRetentionPolicies;
import io.magnetar.mqtt.owned.OwnedNumbers;
import io.magnetar.mqtt.owned.PulsarOwnedPartitions;
import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.RetentionFloors;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.append.AppendMeter;
import io.magnetar.stream.append.AppendSettings;
import io.magnetar.stream.append.PartitionContents;
import io.magnetar.stream.append.PartitionContents.Held;
import io.magnetar.stream.append.PulsarStreamAppender;
import io.magnetar.stream.read.PulsarLastNumbers;
import io.magnetar.stream.read.PulsarStreamInspection;
import io.magnetar.stream.read.ReadSettings;
import io.magnetar.stream.retention.FollowedFloors;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.common.policies.data.RetentionPolicies;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What a partition holds, as its owner sees it and as another broker does, and what the retention in time takes away from it. Entries
 * that a search looks at and that nobody released would be reported when the brokers end.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PartitionContentsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int RETENTION_MINUTES = 60;

    private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);
    private volatile Duration ahead = Duration.ZERO;
    private final InstantSource clock = () -> Instant.now().plus(ahead);
    private EmbeddedPulsar pulsar;
    private PulsarService second;

    @BeforeAll
    void start() throws Exception {
        pulsar = EmbeddedPulsar.start();
        second = pulsar.startBroker(configuration -> {});
    }

    @AfterAll
    void stop() throws Exception {
        executor.shutdownNow();
        pulsar.close();
    }

    /** What one broker has to look with. */
    private record Looks(RetentionFloors floors, PartitionContents contents) {
        Held held(StreamDefinition stream) throws Exception {
            return contents.of(stream, 0).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private Looks looks(PulsarService broker, Streams streams) throws Exception {
        ReadSettings settings = ReadSettings.of(100, 2);
        RetentionFloors floors = new FollowedFloors(
                streams.catalog,
                new BrokerRetentionPolicies(broker),
                new PulsarLastNumbers(broker.getClient(), settings, new OwnedNumbers(broker.getBrokerService())),
                clock,
                executor);
        return new Looks(
                floors,
                new BrokerContents(
                        broker.getBrokerService(),
                        broker.getAdminClient(),
                        floors,
                        new PulsarStreamInspection(broker.getClient(), floors, settings)));
    }

    private StreamDefinition create(Streams streams, String name, Map<String, String> more) throws Exception {
        ahead = Duration.ZERO;
        pulsar.admin()
                .namespaces()
                .setRetention(streams.namespace.name() + "/streams", new RetentionPolicies(RETENTION_MINUTES, -1));
        Map<String, String> properties = new HashMap<>(more);
        properties.put("mqtt.filter", name);
        return streams.create(name, 1, properties);
    }

    private static long now() {
        return TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
    }

    @Test
    void isTheSameForItsOwnerAndForAnotherBroker() throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = create(streams, "same", Map.of("mqtt.max-messages", "7"));
            for (int i = 0; i < 10; i++) {
                streams.appendAndConfirm(stream, streams.message("c", "same", "x" + i, now()));
            }
            List<Looks> both = List.of(looks(pulsar.broker(), streams), looks(second, streams));
            List<Held> held = List.of(both.get(0).held(stream), both.get(1).held(stream));

            assertThat(held).extracting(Held::isHere).containsExactlyInAnyOrder(true, false);
            assertThat(held)
                    .as("what the owner counts, also beyond the limit, and another broker up to it")
                    .allSatisfy(each -> assertThat(each.messages()).isBetween(7L, 10L));
            assertThat(held.get(0).bytes()).isPositive().isEqualTo(held.get(1).bytes());
            for (Looks looks : both) {
                RetentionFloor floor = looks.floors().of(stream).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertThat(floor.fromNumber(0)).as("the last 7 of 10").isEqualTo(3);
            }

            ahead = Duration.ofMinutes(RETENTION_MINUTES + 1);
            for (Looks looks : both) {
                assertThat(looks.held(stream).messages()).as("all are too old").isZero();
            }
        }
    }

    @Test
    void seesFromElsewhereWhatIsAppended() throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream = create(streams, "grows", Map.of("mqtt.max-messages", "3"));
            List<RetentionFloor> floors = List.of(
                    looks(pulsar.broker(), streams).floors().of(stream).get(PATIENCE.toSeconds(), TimeUnit.SECONDS),
                    looks(second, streams).floors().of(stream).get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            assertThat(floors)
                    .allSatisfy(floor -> assertThat(floor.fromNumber(0)).isZero());
            for (int i = 0; i < 5; i++) {
                streams.appendAndConfirm(stream, streams.message("c", "grows", "x" + i, now()));
            }

            await().atMost(PATIENCE).until(() -> floors.stream().allMatch(floor -> floor.fromNumber(0) == 2));
        }
    }

    @Test
    void takesMessagesAgainWhenOthersHaveBecomeTooOld() throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            StreamDefinition stream =
                    create(streams, "ages", Map.of("mqtt.max-messages", "3", "mqtt.when-full", "reject"));
            PulsarStreamAppender appender = new PulsarStreamAppender(
                    pulsar.client(),
                    new PulsarOwnedPartitions(pulsar.broker().getBrokerService()),
                    streams.catalog,
                    looks(pulsar.broker(), streams).contents(),
                    each -> AppendMeter.NONE,
                    new AppendSettings("magnetar-ageing", 30_000, 64 << 20, 2),
                    executor);
            for (int i = 0; i < 3; i++) {
                assertThat(append(appender, streams, stream)).isEmpty();
            }
            assertThat(append(appender, streams, stream))
                    .hasValueSatisfying(failure -> assertThat(failure.kind()).isEqualTo(Kind.QUOTA_EXCEEDED));

            ahead = Duration.ofMinutes(RETENTION_MINUTES - 1);
            assertThat(append(appender, streams, stream)).as("not too old yet").isPresent();
            ahead = Duration.ofMinutes(RETENTION_MINUTES + 1);
            await().atMost(PATIENCE)
                    .until(() -> append(appender, streams, stream).isEmpty());
            appender.close().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static Optional<StreamFailure> append(
            PulsarStreamAppender appender, Streams streams, StreamDefinition stream) throws Exception {
        CompletableFuture<Optional<StreamFailure>> answer = new CompletableFuture<>();
        appender.append(
                stream,
                streams.message("c", stream.filter().value(), "x", now()),
                failure -> answer.complete(Optional.ofNullable(failure)));
        return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
