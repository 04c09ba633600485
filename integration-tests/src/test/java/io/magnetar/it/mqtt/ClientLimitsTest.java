package io.magnetar.it.mqtt;

import static io.magnetar.it.client.RawProperties.MAXIMUM_PACKET_SIZE;
import static io.magnetar.it.client.RawProperties.RECEIVE_MAXIMUM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawDialect;
import io.magnetar.it.client.RawProperties;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one client may use, on a broker that allows little: each limit is kept to, and a client hears which one it met. */
@ExtendWith(PulsarExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientLimitsTest {
    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final int PUBREC = 5;
    private static final int SUBACK = 9;
    private static final int PINGRESP = 13;
    private static final int DISCONNECT = 14;

    private static final int CLIENT_ID_LENGTH = 30;
    private static final int TOPIC_LEVELS = 10;
    private static final int PACKET_BYTES = 2_048;
    private static final int UNDER_WAY = 4;
    private static final int IN_FLIGHT = 3;
    private static final int QUEUED = 5;
    private static final int SUBSCRIPTIONS = 4;

    private MqttBroker broker;

    @BeforeAll
    void start(EmbeddedPulsar pulsar) throws Exception {
        broker = MqttBroker.start(
                pulsar.broker(),
                Map.of(
                        "mqttMaxClientIdLength", Integer.toString(CLIENT_ID_LENGTH),
                        "mqttMaxTopicLevels", Integer.toString(TOPIC_LEVELS),
                        "mqttMaxPacketSize", Integer.toString(PACKET_BYTES),
                        "mqttReceiveMaximum", Integer.toString(UNDER_WAY),
                        "mqttMaxInflightMessages", Integer.toString(IN_FLIGHT),
                        "mqttMaxQueuedMessages", Integer.toString(QUEUED),
                        "mqttMaxSubscriptions", Integer.toString(SUBSCRIPTIONS)));
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    private RawClient connected(RawDialect dialect, String clientId) throws Exception {
        RawClient client = new RawClient(broker.port());
        assertThat(client.send(dialect.connect(clientId)).read().at(1)).isZero();
        return client;
    }

    /** Reads the DISCONNECT that ends a connection. */
    private static void assertEnds(RawClient client, int code, String reason) throws Exception {
        RawPacket farewell = client.read();
        assertThat(farewell.type()).isEqualTo(DISCONNECT);
        assertThat(farewell.at(0)).isEqualTo(code);
        assertThat(farewell.properties(1).reason()).hasValue(reason);
        assertThat(client.readUntilClosed()).isZero();
    }

    private static String levels(int count) {
        return "x" + "/x".repeat(count - 1);
    }

    @ParameterizedTest
    @EnumSource
    void takesAClientIdentifierOfTheLongestLengthAndNoLongerOne(RawDialect dialect) throws Exception {
        connected(dialect, "c".repeat(CLIENT_ID_LENGTH)).close();
        try (RawClient client = new RawClient(broker.port())) {
            RawPacket connAck = client.send(dialect.connect("c".repeat(CLIENT_ID_LENGTH + 1)))
                    .read();

            assertThat(connAck.type()).isEqualTo(CONNACK);
            assertThat(connAck.at(1)).isEqualTo(dialect.identifierRejected());
            if (dialect == RawDialect.MQTT_5) {
                assertThat(connAck.properties(2).reason()).hasValue("a client identifier has at most 30 characters");
            }
            assertThat(client.readUntilClosed()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesATopicOfTheMostLevelsAndNoneOfMore(RawDialect dialect) throws Exception {
        try (RawClient client = connected(dialect, "levels-" + dialect)) {
            client.send(dialect.subscribe(1, levels(TOPIC_LEVELS), 0)).read();
            client.send(dialect.publish(0, levels(TOPIC_LEVELS), 0, "deep"));
            assertThat(dialect.text(client.read())).isEqualTo("deep");

            client.send(dialect.publish(0, levels(TOPIC_LEVELS + 1), 0, "too deep"));

            if (dialect == RawDialect.MQTT_5) {
                assertEnds(client, 0x90, "a topic name has at most 10 levels here");
            } else {
                assertThat(client.readUntilClosed()).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesEachFilterOfTooManyLevels(RawDialect dialect) throws Exception {
        int invalid = dialect == RawDialect.MQTT_5 ? 0x8F : 0x80;
        String most = levels(TOPIC_LEVELS);
        String tooMany = levels(TOPIC_LEVELS + 1);
        try (RawClient client = connected(dialect, "filters-" + dialect)) {
            RawPacket subAck = client.send(dialect.subscribe(
                            1,
                            most,
                            0,
                            tooMany,
                            0,
                            "$share/g/" + most,
                            0,
                            "$share/g/" + tooMany,
                            0,
                            "$s/latest/" + tooMany,
                            0,
                            levels(TOPIC_LEVELS - 1) + "/#",
                            0,
                            most + "/#",
                            0))
                    .read();

            assertThat(subAck.type()).isEqualTo(SUBACK);
            assertThat(dialect.codes(subAck)).containsExactly(0, invalid, 0, invalid, invalid, 0, invalid);
            if (dialect == RawDialect.MQTT_5) {
                assertThat(subAck.properties(2).reason()).hasValue("a topic filter has at most 10 levels here");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesAWillWhoseTopicHasTooManyLevels(RawDialect dialect) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            RawPacket connAck = client.send(dialect.connect(
                            "will-levels-" + dialect, 0x06, dialect.will(levels(TOPIC_LEVELS + 1), "x")))
                    .read();

            assertThat(connAck.type()).isEqualTo(CONNACK);
            assertThat(connAck.at(1)).isEqualTo(dialect == RawDialect.MQTT_5 ? 0x90 : 3);
            if (dialect == RawDialect.MQTT_5) {
                assertThat(connAck.properties(2).reason())
                        .hasValue("the will's topic: a topic name has at most 10 levels here");
            }
            assertThat(client.readUntilClosed()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesAPacketOfTheLargestSizeAndNoLargerOne(RawDialect dialect) throws Exception {
        // Type and length have three bytes, the topic has three, its properties have one in MQTT 5.
        int most = PACKET_BYTES - 3 - 3 - (dialect == RawDialect.MQTT_5 ? 1 : 0);
        try (RawClient client = connected(dialect, "size-" + dialect)) {
            client.send(dialect.subscribe(1, "s", 0)).read();
            client.send(dialect.publish(0, "s", 0, new byte[most]));
            assertThat(dialect.payload(client.read())).hasSize(most);

            client.send(dialect.publish(0, "s", 0, new byte[most + 1]));

            if (dialect == RawDialect.MQTT_5) {
                assertEnds(client, 0x95, "a packet has at most 2048 bytes, this one 2049");
            } else {
                assertThat(client.readUntilClosed()).isZero();
            }
        }
    }

    @Test
    void endsTheConnectionOfWhoHasMorePublishesUnderWayThanConnackGrants() throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            RawProperties granted =
                    client.send(RawClient.connect5("under-way", 60)).read().properties(2);
            assertThat(granted.the(RECEIVE_MAXIMUM)).isEqualTo((long) UNDER_WAY);
            assertThat(granted.the(MAXIMUM_PACKET_SIZE)).isEqualTo((long) PACKET_BYTES);
            for (int id = 1; id <= UNDER_WAY; id++) {
                assertThat(client.send(RawClient.publish5("under-way", 2, id, "x"))
                                .read()
                                .type())
                        .isEqualTo(PUBREC);
            }

            client.send(RawClient.publish5("under-way", 2, UNDER_WAY + 1, "x"));

            assertEnds(client, 0x93, "at most 4 publishes may be under way");
        }
    }

    @ParameterizedTest
    @EnumSource
    void sendsNoMoreThanMayBeInFlightKeepsAsManyAsMayWaitAndCountsTheRest(RawDialect dialect) throws Exception {
        String topic = "flight/" + dialect;
        long dropped = broker.status().counter("droppedQueueFull");
        try (RawClient subscriber = connected(dialect, "flight-" + dialect);
                RawClient publisher = connected(dialect, "flying-" + dialect)) {
            subscriber.send(dialect.subscribe(1, topic, 1)).read();
            for (int i = 1; i <= IN_FLIGHT + QUEUED + 2; i++) {
                publisher
                        .send(dialect.publish(2, topic, i, Integer.toString(i)))
                        .read();
            }

            // The last ones are dropped when the others have been sent.
            await().untilAsserted(() -> assertThat(broker.status().counter("droppedQueueFull") - dropped)
                    .isEqualTo(2));
            List<Integer> inFlight = new ArrayList<>();
            for (RawPacket packet = ping(subscriber); packet.type() == PUBLISH; packet = subscriber.read()) {
                inFlight.add(packet.packetId());
            }
            assertThat(inFlight).hasSize(IN_FLIGHT);
            List<String> waited = new ArrayList<>();
            for (int id : inFlight) {
                subscriber.send(RawDialect.acknowledge(4, id));
            }
            while (waited.size() < QUEUED) {
                RawPacket next = subscriber.read();
                waited.add(dialect.text(next));
                subscriber.send(RawDialect.acknowledge(4, next.packetId()));
            }
            assertThat(waited)
                    .isEqualTo(IntStream.rangeClosed(IN_FLIGHT + 1, IN_FLIGHT + QUEUED)
                            .mapToObj(Integer::toString)
                            .toList());
            assertThat(ping(subscriber).type()).isEqualTo(PINGRESP);
        }
    }

    /** Sends PINGREQ and returns the next packet, whatever it is. */
    private static RawPacket ping(RawClient client) throws Exception {
        return client.send(RawClient.packet(0xC0)).read();
    }

    @ParameterizedTest
    @EnumSource
    void refusesASubscriptionBeyondTheirNumber(RawDialect dialect) throws Exception {
        int refused = dialect == RawDialect.MQTT_5 ? 0x97 : 0x80;
        try (RawClient client = connected(dialect, "subscriptions-" + dialect)) {
            RawPacket subAck = client.send(
                            dialect.subscribe(1, "n/1", 0, "n/2", 1, "$share/g/n", 0, "n/4", 0, "n/5", 0, "n/1", 1))
                    .read();

            assertThat(dialect.codes(subAck)).containsExactly(0, 1, 0, 0, refused, 1);
            if (dialect == RawDialect.MQTT_5) {
                assertThat(subAck.properties(2).reason()).hasValue("a client has at most 4 subscriptions");
            }
            client.send(dialect.unsubscribe(2, "n/2")).read();
            assertThat(dialect.codes(client.send(dialect.subscribe(3, "n/5", 0)).read()))
                    .containsExactly(0);
        }
    }
}
