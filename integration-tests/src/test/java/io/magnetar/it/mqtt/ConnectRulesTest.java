package io.magnetar.it.mqtt;

import static io.magnetar.it.client.RawProperties.ASSIGNED_CLIENT_IDENTIFIER;
import static io.magnetar.it.client.RawProperties.MAXIMUM_PACKET_SIZE;
import static io.magnetar.it.client.RawProperties.RECEIVE_MAXIMUM;
import static io.magnetar.it.client.RawProperties.REQUEST_RESPONSE_INFORMATION;
import static io.magnetar.it.client.RawProperties.RESPONSE_INFORMATION;
import static io.magnetar.it.client.RawProperties.SERVER_KEEP_ALIVE;
import static io.magnetar.it.client.RawProperties.SESSION_EXPIRY_INTERVAL;
import static io.magnetar.it.client.RawProperties.fourBytes;
import static io.magnetar.it.client.RawProperties.oneByte;
import static io.magnetar.it.client.RawProperties.twoBytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawDialect;
import io.magnetar.it.client.RawProperties;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** CONNECT as it is and is not taken, and what CONNACK says: MQTT 5.0 sections 3.1 and 3.2, MQTT 3.1.1 the same. */
@ExtendWith(MqttExtension.class)
class ConnectRulesTest {
    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final int DISCONNECT = 14;
    private static final byte[] NO_UTF8 = {0, 2, (byte) 0xC3, 0x28};

    static Stream<Arguments> brokenConnects() {
        return Stream.of(
                Arguments.of("reserved flag [MQTT-3.1.2-3] 3.1.1: [MQTT-3.1.2-3]", 0x03, new Object[0]),
                Arguments.of(
                        "will QoS without a will [MQTT-3.1.2-11] 3.1.1: [MQTT-3.1.2-11] [MQTT-3.1.2-13]",
                        0x0A,
                        new Object[0]),
                Arguments.of(
                        "will RETAIN without a will [MQTT-3.1.2-13] 3.1.1: [MQTT-3.1.2-11] [MQTT-3.1.2-15]",
                        0x22,
                        new Object[0]),
                Arguments.of(
                        "will QoS 3 [MQTT-3.1.2-12] 3.1.1: [MQTT-3.1.2-14]", 0x1E, new Object[] {"will/topic", "will"}),
                Arguments.of("will flag without a will [MQTT-3.1.2-9] 3.1.1: [MQTT-3.1.2-9]", 0x06, new Object[0]),
                Arguments.of("will without its flag 3.1.1: [MQTT-3.1.2-11]", 0x02, new Object[] {"will/topic", "will"}),
                Arguments.of("will topic is no UTF-8 [MQTT-3.1.3-11] 3.1.1: [MQTT-3.1.3-10]", 0x06, new Object[] {
                    NO_UTF8, "will"
                }),
                Arguments.of(
                        "user name without its flag [MQTT-3.1.2-16] 3.1.1: [MQTT-3.1.2-18]", 0x02, new Object[] {"user"
                        }),
                Arguments.of("flag without a user name [MQTT-3.1.2-17] 3.1.1: [MQTT-3.1.2-19]", 0x82, new Object[0]),
                Arguments.of("password without its flag [MQTT-3.1.2-18] 3.1.1: [MQTT-3.1.2-20]", 0x82, new Object[] {
                    "user", "password"
                }),
                Arguments.of("password without a user name's flag 3.1.1: [MQTT-3.1.2-22]", 0x42, new Object[] {
                    "user", "password"
                }),
                Arguments.of(
                        "flag without a password [MQTT-3.1.2-19] 3.1.1: [MQTT-3.1.2-21]", 0xC2, new Object[] {"user"}),
                Arguments.of(
                        "user name is no UTF-8 [MQTT-3.1.3-12] 3.1.1: [MQTT-3.1.3-11]", 0x82, new Object[] {NO_UTF8}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenConnects")
    void endsTheConnectionOfABrokenConnect(String what, int flags, Object[] payload, MqttBroker broker)
            throws Exception { // [MQTT-3.1.4-1], 3.1.1: [MQTT-3.1.4-1], [MQTT-3.2.2-6]
        try (RawClient five = new RawClient(broker.port());
                RawClient three = new RawClient(broker.port())) {
            boolean will = (flags & 4) != 0 && payload.length > 0;
            Object[] withProperties = will ? new Object[] {new byte[] {0}, RawClient.bytes(payload)} : payload;
            RawPacket connAck = five.send(RawDialect.MQTT_5.connect("broken", flags, withProperties))
                    .read();
            assertThat(connAck.type()).isEqualTo(CONNACK);
            assertThat(connAck.at(0)).isZero(); // [MQTT-3.2.2-6]
            assertThat(connAck.at(1)).isIn(0x81, 0x82);
            assertThat(five.readUntilClosed()).isZero(); // [MQTT-3.2.2-7]
            assertThat(three.send(RawDialect.MQTT_3_1_1.connect("broken", flags, payload))
                            .readUntilClosed())
                    .isZero();
        }
    }

    @Test
    void refusesAClientIdentifierThatIsNoStringOrMissing(MqttBroker broker) throws Exception {
        // [MQTT-3.1.3-3], [MQTT-3.1.3-4], 3.1.1: [MQTT-3.1.3-3], [MQTT-3.1.3-4]
        byte[][] connects = {
            RawClient.packet(0x10, "MQTT", 5, 2, 0, 60, 0),
            RawClient.packet(0x10, "MQTT", 5, 2, 0, 60, 0, NO_UTF8),
            RawClient.packet(0x10, "MQTT", 4, 2, 0, 60),
            RawClient.packet(0x10, "MQTT", 4, 2, 0, 60, NO_UTF8)
        };
        for (byte[] connect : connects) {
            try (RawClient client = new RawClient(broker.port())) {
                client.send(RawClient.bytes(connect, RawClient.packet(0xC0)));

                byte[] answer = client.readAll();
                assertThat(answer.length == 0 || (answer[0] == 0x20 && (answer[3] & 0x80) != 0))
                        .as("nothing, or a CONNACK that refuses, and no PINGRESP")
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesAllFieldsOfConnectInTheirOrder(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-3.1.3-1], [MQTT-3.1.4-5], [MQTT-3.2.0-1], [MQTT-3.2.2-1], [MQTT-3.2.2-8]
        // 3.1.1: [MQTT-3.1.3-1], [MQTT-3.1.4-4], [MQTT-3.2.0-1]
        try (RawClient client = new RawClient(broker.port())) {
            RawPacket connAck = client.send(
                            dialect.connect("all-fields", 0xCE, dialect.will("will/all", "gone"), "user", "password"))
                    .read();

            assertThat(connAck.header()).isEqualTo(0x20);
            assertThat(connAck.at(0)).isZero();
            assertThat(connAck.at(1)).isZero();
            client.send(RawClient.packet(0xE0)).readUntilClosed();
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesClientIdentifiersOfLettersAndDigits(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-3.1.3-5], 3.1.1: [MQTT-3.1.3-5]
        for (String clientId :
                List.of("0", "0123456789abcdefghijklm", "nopqrstuvwxyzABCDEFGHIJ", "KLMNOPQRSTUVWXYZ", "täglich/+#")) {
            try (RawClient client = new RawClient(broker.port())) {
                assertThat(client.send(dialect.connect(clientId)).read().at(1))
                        .as(clientId)
                        .isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void givesEachClientWithoutAnIdentifierOneOfItsOwn(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-3.1.3-6], [MQTT-3.1.3-7], [MQTT-3.2.2-16], 3.1.1: [MQTT-3.1.3-6]
        try (RawClient one = new RawClient(broker.port());
                RawClient other = new RawClient(broker.port())) {
            RawPacket first = one.send(dialect.connect("")).read();
            RawPacket second = other.send(dialect.connect("")).read();

            assertThat(first.at(1)).isZero();
            assertThat(second.at(1)).isZero();
            assertThat(one.send(RawClient.packet(0xC0)).read().header()).isEqualTo(0xD0);
            if (dialect == RawDialect.MQTT_5) {
                assertThat(first.properties(2).the(ASSIGNED_CLIENT_IDENTIFIER))
                        .isNotEqualTo(second.properties(2).the(ASSIGNED_CLIENT_IDENTIFIER));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesAClientIdentifierThatItDoesNotTakeAndAllThatFollows(RawDialect dialect, MqttBroker broker)
            throws Exception {
        // [MQTT-3.1.3-8], [MQTT-3.1.4-2], [MQTT-3.1.4-6], [MQTT-3.2.2-6], [MQTT-3.2.2-7]
        // 3.1.1: [MQTT-3.1.3-9], [MQTT-3.1.4-5], [MQTT-3.2.2-4], [MQTT-3.2.2-5]
        try (RawClient client = new RawClient(broker.port());
                RawClient watcher = new RawClient(broker.port())) {
            watcher.send(dialect.connect("refused-watcher-" + dialect)).read();
            watcher.send(dialect.subscribe(1, "refused/" + dialect, 0)).read();

            RawPacket connAck = client.send(RawClient.bytes(
                            dialect.connect("x".repeat(1_025)),
                            dialect.publish(0, "refused/" + dialect, 0, "never"),
                            RawClient.packet(0xC0)))
                    .read();

            assertThat(connAck.type()).isEqualTo(CONNACK);
            assertThat(connAck.at(0)).isZero();
            assertThat(connAck.at(1)).isEqualTo(dialect.identifierRejected());
            assertThat(client.readUntilClosed()).isZero();
            watcher.send(dialect.publish(0, "refused/" + dialect, 0, "after"));
            assertThat(dialect.text(watcher.read())).isEqualTo("after");
        }
    }

    @Test
    void answersAnotherProtocolLevel(MqttBroker broker) throws Exception { // [MQTT-3.1.2-2], 3.1.1: [MQTT-3.1.2-2]
        for (int level : new int[] {1, 2, 6, 200}) {
            try (RawClient client = new RawClient(broker.port())) {
                RawPacket connAck = client.send(RawClient.packet(0x10, "MQTT", level, 2, 0, 60, "other-level"))
                        .read();

                assertThat(connAck.type()).isEqualTo(CONNACK);
                assertThat(connAck.body()).containsExactly(0, 1);
                assertThat(client.readUntilClosed()).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesPacketsThatComeRightBehindConnect(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-3.2.0-1], [MQTT-3.2.0-2], 3.1.1: [MQTT-3.2.0-1]
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.bytes(
                    dialect.connect("behind-" + dialect),
                    dialect.subscribe(1, "behind/" + dialect, 0),
                    dialect.publish(0, "behind/" + dialect, 0, "x"),
                    RawClient.packet(0xC0)));

            assertThat(client.read().header()).isEqualTo(0x20);
            assertThat(client.read().header()).isEqualTo(0x90);
            assertThat(client.read().type()).isEqualTo(PUBLISH);
            assertThat(client.read().header()).isEqualTo(0xD0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void endsTheConnectionOfASecondConnectAndOfAnyPacketBeforeTheFirst(RawDialect dialect, MqttBroker broker)
            throws Exception { // [MQTT-3.1.0-1], [MQTT-3.1.0-2], 3.1.1: [MQTT-3.1.0-1], [MQTT-3.1.0-2]
        try (RawClient early = new RawClient(broker.port());
                RawClient twice = new RawClient(broker.port())) {
            assertThat(early.send(dialect.subscribe(1, "early", 0)).readUntilClosed())
                    .isZero();
            twice.send(dialect.connect("twice-" + dialect)).read();
            twice.send(dialect.connect("twice-" + dialect));
            if (dialect == RawDialect.MQTT_5) {
                assertThat(twice.read().body()).startsWith((byte) 0x82);
            }
            assertThat(twice.readUntilClosed()).isZero();
        }
    }

    @Test
    void takesOnlyTheProtocolNameOfMqtt(MqttBroker broker) throws Exception { // [MQTT-3.1.2-1], 3.1.1: [MQTT-3.1.2-1]
        for (String name : List.of("mqtt", "MQTTX", "", "MQ")) {
            try (RawClient client = new RawClient(broker.port())) {
                assertThat(client.send(RawClient.packet(0x10, name, 4, 2, 0, 60, "other-name"))
                                .readUntilClosed())
                        .isZero();
            }
        }
    }

    @Test
    void tellsAClientWhatHolds(MqttBroker broker) throws Exception {
        // [MQTT-3.2.2-9], [MQTT-3.2.2-10], [MQTT-3.2.2-12], [MQTT-3.2.2-22]: all QoS are there, its keep-alive holds
        try (RawClient client = new RawClient(broker.port())) {
            RawPacket connAck = client.send(RawClient.connect5("holds", 77)).read();

            RawProperties properties = connAck.properties(2);
            assertThat(connAck.body()).hasSize(properties.end());
            assertThat(properties.has(0x24)).as("Maximum QoS").isFalse();
            assertThat(properties.has(0x28))
                    .as("Wildcard Subscription Available")
                    .isFalse();
            assertThat(properties.has(0x29))
                    .as("Subscription Identifiers Available")
                    .isFalse();
            assertThat(properties.has(SERVER_KEEP_ALIVE)).isFalse();
            assertThat(properties.has(ASSIGNED_CLIENT_IDENTIFIER)).isFalse();
            assertThat(properties.has(RESPONSE_INFORMATION)).isFalse();
            assertThat(properties.the(RECEIVE_MAXIMUM)).isEqualTo(1_000L);
            assertThat(properties.the(MAXIMUM_PACKET_SIZE)).isEqualTo(1_048_576L);
        }
    }

    @Test
    void setsTheKeepAliveOfWhoAsksForTooLongAOne(EmbeddedPulsar pulsar) throws Exception {
        Map<String, String> settings = Map.of("mqttMaxKeepAliveSeconds", "1", "mqttResponseInformation", "responses/");
        try (MqttBroker strict = MqttBroker.start(pulsar.broker(), settings);
                RawClient none = new RawClient(strict.port());
                RawClient older = new RawClient(strict.port())) {
            RawPacket connAck =
                    none.send(RawClient.connect5("no-keep-alive", 0)).read();
            older.send(RawDialect.MQTT_3_1_1.connect("older-keep-alive")).read();
            assertThat(connAck.properties(2).the(SERVER_KEEP_ALIVE)).isEqualTo(1L);
            assertThat(connAck.properties(2).has(RESPONSE_INFORMATION)).isFalse(); // [MQTT-3.1.2-28]

            RawPacket farewell = none.read();

            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).isEqualTo(0x8D);
            assertThat(older.send(RawClient.packet(0xC0)).read().header()).isEqualTo(0xD0);
        }
    }

    @Test
    void saysWhereResponsesCanBeSentToWhoAsks(EmbeddedPulsar pulsar) throws Exception {
        byte[] asks = oneByte(REQUEST_RESPONSE_INFORMATION, 1);
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), Map.of("mqttResponseInformation", "responses/"));
                RawClient asking = new RawClient(broker.port());
                RawClient wild = new RawClient(broker.port())) {
            RawPacket connAck =
                    asking.send(RawClient.connect5("requester", 60, asks)).read();
            assertThat(connAck.properties(2).the(RESPONSE_INFORMATION)).isEqualTo("responses/requester");

            connAck = wild.send(RawClient.connect5("a/+", 60, asks)).read();
            assertThat(connAck.properties(2).has(RESPONSE_INFORMATION)).isFalse();
        }
    }

    @Test
    void keepsItsRefusalsWithinWhatAClientTakes(MqttBroker broker)
            throws Exception { // [MQTT-3.2.2-19], [MQTT-3.2.2-20], [MQTT-3.1.2-24]
        try (RawClient small = new RawClient(broker.port());
                RawClient tiny = new RawClient(broker.port())) {
            RawPacket connAck = small.send(
                            RawClient.connect5("x".repeat(2_000), 60, fourBytes(MAXIMUM_PACKET_SIZE, 100)))
                    .read();
            assertThat(connAck.at(1)).isEqualTo(0x85);
            assertThat(connAck.properties(2).reason()).isEmpty();

            assertThat(tiny.send(RawClient.connect5("tiny", 60, fourBytes(MAXIMUM_PACKET_SIZE, 4)))
                            .readUntilClosed())
                    .isZero();
        }
    }

    @Test
    void refusesPropertiesOfConnectThatMakeNoSense(MqttBroker broker) throws Exception {
        byte[][] properties = {
            twoBytes(RECEIVE_MAXIMUM, 0),
            fourBytes(MAXIMUM_PACKET_SIZE, 0),
            oneByte(REQUEST_RESPONSE_INFORMATION, 2),
            RawClient.bytes(fourBytes(SESSION_EXPIRY_INTERVAL, 0), fourBytes(SESSION_EXPIRY_INTERVAL, 0)),
            RawClient.bytes(RawProperties.AUTHENTICATION_DATA, 0, 1, 9)
        };
        for (byte[] broken : properties) {
            try (RawClient client = new RawClient(broker.port())) {
                RawPacket connAck =
                        client.send(RawClient.connect5("nonsense", 60, broken)).read();

                assertThat(connAck.type()).isEqualTo(CONNACK);
                assertThat(connAck.at(1)).isEqualTo(0x82);
                client.readUntilClosed();
            }
        }
    }

    @Test
    void takesNoSessionExpiryAtTheEndThatThereWasNotAtTheBegin(MqttBroker broker) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            client.send(RawClient.connect5("expiry-late", 60)).read();

            RawPacket farewell = client.send(
                            RawClient.packet(0xE0, 0, RawProperties.of(fourBytes(SESSION_EXPIRY_INTERVAL, 10))))
                    .read();

            assertThat(farewell.type()).isEqualTo(DISCONNECT);
            assertThat(farewell.at(0)).isEqualTo(0x82);
            assertThat(farewell.properties(1).has(SESSION_EXPIRY_INTERVAL)).isFalse(); // [MQTT-3.14.2-2]
            assertThat(client.readUntilClosed()).isZero(); // [MQTT-3.14.4-1], [MQTT-3.14.4-2]
        }
    }

    @ParameterizedTest
    @EnumSource
    void silenceEndsAConnectionAndAnyPacketKeepsIt(RawDialect dialect, MqttBroker broker) throws Exception {
        // [MQTT-3.1.2-22], 3.1.1: [MQTT-3.1.2-24]
        int level = dialect == RawDialect.MQTT_5 ? 5 : 4;
        byte[] none = dialect == RawDialect.MQTT_5 ? new byte[] {0} : new byte[0];
        long began = System.nanoTime();
        try (RawClient silent = new RawClient(broker.port())) {
            silent.send(RawClient.packet(0x10, "MQTT", level, 2, 0, 1, none, "silent-" + dialect))
                    .read();

            silent.readUntilClosed();

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(1_400));
        }
    }

    @Test
    void sendsNoDisconnectBeforeConnack(MqttBroker broker) throws Exception { // [MQTT-3.14.0-1]
        try (RawClient client = new RawClient(broker.port())) {
            byte[] answer = client.send(RawClient.bytes(RawClient.packet(0x30, "x", 0), RawClient.packet(0xC0)))
                    .readAll();

            assertThat(answer).isEmpty();
        }
    }
}
