package io.magnetar.it.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import io.magnetar.stream.StreamCatalog.RefusedStream;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.append.OwnedPartitions;
import io.magnetar.tenancy.Namespace;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PulsarExtension.class)
class StreamCatalogTest {
    private static ConditionFactory withinTwoSeconds() {
        return Awaitility.await().atMost(Duration.ofSeconds(2)).pollInterval(Duration.ofMillis(10));
    }

    @Test
    void findsWhatIsCreatedChangedAndDeleted(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            List<Namespace> changes = new CopyOnWriteArrayList<>();
            streams.catalog.onChange(changes::add);

            StreamDefinition created = streams.create(
                    "readings", 3, Map.of("mqtt.filter", "sensors/+/readings", "mqtt.key", "topic[1]", "owner", "ops"));
            assertThat(created.filter().value()).isEqualTo("sensors/+/readings");
            assertThat(created.key()).hasToString("topic[1]");
            assertThat(created.partitions()).isEqualTo(3);
            assertThat(created.orderBuckets()).isEqualTo(16);
            assertThat(streams.catalog.of(streams.namespace).matching("sensors/1/readings"))
                    .containsExactly(created);

            pulsar.admin().topics().updateProperties(streams.topic("readings"), Map.of("mqtt.filter", "sensors/#"));
            withinTwoSeconds()
                    .until(() -> streams.catalog
                                    .of(streams.namespace)
                                    .matching("sensors/1/2/3")
                                    .size()
                            == 1);

            pulsar.admin().topics().deletePartitionedTopic(streams.topic("readings"));
            withinTwoSeconds().until(() -> streams.find("readings").isEmpty());
            assertThat(streams.catalog.all()).isEmpty();
            withinTwoSeconds()
                    .untilAsserted(() -> assertThat(changes).hasSize(3).containsOnly(streams.namespace));
        }
    }

    @Test
    void findsWhatWasThereBeforeIncludingNamesThatTheStoreEncodes(EmbeddedPulsar pulsar) throws Exception {
        String tenant = pulsar.newTenant();
        pulsar.admin()
                .topics()
                .createPartitionedTopic(
                        "persistent://" + tenant + "/streams/per minute & más", 1, Map.of("mqtt.filter", "a/b"));

        try (Streams streams = Streams.open(pulsar, tenant, OwnedPartitions.NONE, 30_000)) {
            assertThat(streams.catalog.all()).extracting(StreamDefinition::name).containsExactly("per minute & más");
            streams.appendAndConfirm(streams.catalog.all().get(0), streams.message("c", "a/b", "written", 1_000_000L));
        }
    }

    @Test
    void refusesABadDefinitionByNameWithAllItsErrorsAndNothingElse(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            pulsar.admin()
                    .topics()
                    .createPartitionedTopic(
                            streams.topic("bad"),
                            1,
                            Map.of(
                                    "mqtt.filter",
                                    "a/#/b",
                                    "mqtt.key",
                                    "colour",
                                    "mqtt.order-buckets",
                                    "many",
                                    "mqtt.x",
                                    "1"));
            pulsar.admin().topics().createPartitionedTopic(streams.topic("bare"), 1);
            pulsar.admin()
                    .topics()
                    .createPartitionedTopic(
                            "non-persistent://" + streams.namespace + "/streams/fleeting",
                            1,
                            Map.of("mqtt.filter", "a"));
            StreamDefinition good = streams.create("good", 1, Map.of("mqtt.filter", "a/b"));

            withinTwoSeconds().until(() -> streams.catalog.refused().size() == 3);
            assertThat(streams.catalog.all()).containsExactly(good);
            assertThat(reason(streams, streams.topic("bad")))
                    .contains("mqtt.filter=a/#/b", "mqtt.key=colour", "client-id, username, topic, topic[N]")
                    .contains("mqtt.order-buckets=many", "mqtt.x is unknown", "mqtt.filter, mqtt.key");
            assertThat(reason(streams, streams.topic("bare"))).contains("mqtt.filter is missing");
            assertThat(reason(streams, "non-persistent://" + streams.namespace + "/streams/fleeting"))
                    .contains("persistent");

            pulsar.admin().topics().updateProperties(streams.topic("bare"), Map.of("mqtt.filter", "x/y"));
            streams.await("bare");
            assertThat(streams.catalog.refused()).hasSize(2);
        }
    }

    @Test
    void goesOnWithTheOldPartitionsWhenAStreamHasGrown(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            streams.create("readings", 2, Map.of("mqtt.filter", "a/b"));

            pulsar.admin().topics().updatePartitionedTopic(streams.topic("readings"), 5);

            withinTwoSeconds().until(() -> !streams.catalog.refused().isEmpty());
            assertThat(reason(streams, streams.topic("readings"))).contains("from 2 to 5");
            assertThat(streams.find("readings").orElseThrow().partitions()).isEqualTo(2);
        }
    }

    @Test
    void whoLooksLaterKnowsWithHowManyPartitionsAStreamBegan(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            streams.create("readings", 2, Map.of("mqtt.filter", "a/b"));
            pulsar.admin().topics().updatePartitionedTopic(streams.topic("readings"), 5);

            try (Streams later = Streams.open(pulsar, streams.namespace.name(), OwnedPartitions.NONE, 30_000)) {
                assertThat(later.find("readings").orElseThrow().partitions()).isEqualTo(2);
                assertThat(reason(later, streams.topic("readings"))).contains("from 2 to 5");
            }
        }
    }

    @Test
    void goesOnWithItsPartitionsWhenSomebodyRemovesTheNoteOfThem(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            streams.create("readings", 2, Map.of("mqtt.filter", "a/b"));
            pulsar.admin().topics().updatePartitionedTopic(streams.topic("readings"), 5);
            pulsar.admin().topics().removeProperties(streams.topic("readings"), "magnetar.partitions");

            withinTwoSeconds()
                    .untilAsserted(() -> assertThat(pulsar.admin().topics().getProperties(streams.topic("readings")))
                            .containsEntry("magnetar.partitions", "2"));
            assertThat(streams.find("readings").orElseThrow().partitions()).isEqualTo(2);
        }
    }

    @Test
    void servesTheOldestWhenANamespaceHasTooManyAndTheNextWhenOneGoes(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            for (int i = 0; i < Streams.MAX_STREAMS; i++) {
                streams.create("s" + (9 - i), 1, Map.of("mqtt.filter", "a/" + i));
            }
            pulsar.admin().topics().createPartitionedTopic(streams.topic("a-late"), 1, Map.of("mqtt.filter", "b"));
            withinTwoSeconds().until(() -> !streams.catalog.refused().isEmpty());
            assertThat(reason(streams, streams.topic("a-late")))
                    .contains("the " + Streams.MAX_STREAMS + " streams that it may have");
            try (Streams other = Streams.open(pulsar, streams.namespace.name(), OwnedPartitions.NONE, 30_000)) {
                assertThat(other.catalog.all()).isEqualTo(streams.catalog.all());
                assertThat(other.catalog.refused()).isEqualTo(streams.catalog.refused());
            }

            pulsar.admin().topics().deletePartitionedTopic(streams.topic("s7"));

            withinTwoSeconds().until(() -> streams.find("a-late").isPresent());
            assertThat(streams.catalog.refused()).isEmpty();
        }
    }

    @Test
    void takesADeletedStreamThatIsMadeAgainForANewOne(EmbeddedPulsar pulsar) throws Exception {
        try (Streams streams = Streams.open(pulsar)) {
            streams.create("readings", 2, Map.of("mqtt.filter", "a/b"));
            pulsar.admin().topics().deletePartitionedTopic(streams.topic("readings"));
            pulsar.admin().topics().createPartitionedTopic(streams.topic("readings"), 4, Map.of("mqtt.filter", "a/b"));

            withinTwoSeconds()
                    .until(() -> streams.find("readings")
                            .filter(stream -> stream.partitions() == 4)
                            .isPresent());
            assertThat(streams.catalog.refused()).isEmpty();
        }
    }

    private static String reason(Streams streams, String pulsarTopic) {
        return streams.catalog.refused().stream()
                .filter(refused -> refused.pulsarTopic().equals(pulsarTopic))
                .map(RefusedStream::reason)
                .findFirst()
                .orElseThrow();
    }
}
