package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawDialect;
import io.magnetar.it.client.RawProperties;
import io.magnetar.it.mqtt.Walker.Login;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every MQTT verb, crossed with every form of a name, by a client with good credentials of another tenant: it is shown nothing of the
 * owner's, and the owner does not notice. The same with the owner's own credentials shows that there is something to be seen.
 */
@ExtendWith(MqttExtension.class)
class ForeignTenantTest {
    private static final int CONNACK_CODE = 1;
    private static final int NEW_SESSION = 0;
    private static final int SESSION_PRESENT = 0;

    /** How the tenants are kept apart. */
    enum Apart {
        BY_NAMESPACES("walkOwner", "walkOther", "walkOwner"),
        BY_MOUNTPOINTS("walkMountedOwner", "walkMountedOther", "walkShared");

        final String owner;
        final String other;
        /** Whose Pulsar topics keep what the owner publishes. */
        final String keeper;

        Apart(String owner, String other, String keeper) {
            this.owner = owner;
            this.other = other;
            this.keeper = keeper;
        }

        MqttBroker start(EmbeddedPulsar pulsar) throws Exception {
            return MqttBroker.start(
                    pulsar.broker(),
                    Map.of(
                            "mqttAuthentication", "users",
                            "mqttNamespaceFrom", "username:/^([^-]+)-/",
                            "mqttRequireNamespace", "true",
                            "mqttDefaultNamespace", this == BY_NAMESPACES ? "public" : keeper,
                            "mqttNamespaceAsMountpoint", Boolean.toString(this == BY_MOUNTPOINTS),
                            "mqttTenants", "public|walk.*"));
        }
    }

    /** Another client of the walker's tenant, which reads a stream: what it has read by then the walker could have read, too. */
    private static final class Beacon implements AutoCloseable {
        private final Device device;
        private int flashes;

        Beacon(MqttBroker broker, String tenant) {
            device = Device.connect(
                    broker.port(),
                    "beacon",
                    Mqtt5Connect.builder()
                            .simpleAuth()
                            .username(tenant + "-device")
                            .password(WalkedTenant.password(tenant).getBytes(UTF_8))
                            .applySimpleAuth()
                            .build());
            device.subscribe("$s/latest/walk/#", MqttQos.AT_LEAST_ONCE);
        }

        void flash() throws InterruptedException {
            String payload = "the intruder's flash " + flashes++;
            device.publish("walk/beacon", payload, MqttQos.AT_LEAST_ONCE);
            String read;
            do {
                read = device.next(1).get(0);
                assertThat(read).doesNotContain(WalkedTenant.MARK);
            } while (!read.equals(payload));
        }

        @Override
        public void close() {
            device.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Apart.class)
    void findsNothingAndChangesNothing(Apart apart, EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, apart.owner, apart.other);
        if (!apart.keeper.equals(apart.owner)) {
            Tenants.create(pulsar, apart.keeper);
        }
        try (MqttBroker broker = apart.start(pulsar)) {
            Login ownersLogin = WalkedTenant.login(broker, apart.owner, "control");
            Login login = WalkedTenant.login(broker, apart.other, "intruder");
            makeStreams(apart, pulsar, broker, ownersLogin, login);
            try (WalkedTenant owner = new WalkedTenant(pulsar, broker, apart.owner);
                    Beacon beacon = new Beacon(broker, apart.other)) {
                ForeignNames names = new ForeignNames(apart.owner);
                Set<String> before = owner.pulsarTopics();
                List<String> shown = new ArrayList<>();
                for (RawDialect dialect : RawDialect.values()) {
                    try (Walker walker = new Walker(broker, dialect, login)) {
                        connects(walker, dialect, names, apart, login);
                        publishes(walker, dialect, names);
                        subscribes(walker, names, owner, beacon);
                        shown.addAll(walker.shown());
                    }
                }
                assertThat(shown).as("what it is shown of its own").anyMatch(message -> message.contains("intruder's"));
                assertThat(shown).noneMatch(message -> message.contains(WalkedTenant.MARK));
                assertThat(owner.pulsarTopics()).isEqualTo(before);
                theOwnerItselfIsShown(broker, ownersLogin, names, owner);
                owner.checkUndisturbed();
            }
        }
    }

    /** One in the owner's namespace and one in the other's, or one of both where they share topics. */
    private static void makeStreams(
            Apart apart, EmbeddedPulsar pulsar, MqttBroker broker, Login ownersLogin, Login othersLogin)
            throws Exception {
        try (Walker owner = new Walker(broker, RawDialect.MQTT_5, ownersLogin);
                Walker other = new Walker(broker, RawDialect.MQTT_5, othersLogin)) {
            owner.ping();
            assertThat(owner.subscribe("opens/it", 0)).isZero();
            assertThat(other.subscribe("opens/it", 0)).isZero();
            if (apart == Apart.BY_NAMESPACES) {
                Tenants.createStream(pulsar, broker, apart.owner, ForeignNames.STREAM, "walk/#");
                Tenants.createStream(pulsar, broker, apart.other, ForeignNames.STREAM, "walk/#");
            } else {
                Tenants.createStream(pulsar, broker, apart.keeper, ForeignNames.STREAM, "+/walk/#");
            }
        }
    }

    private static void theOwnerItselfIsShown(MqttBroker broker, Login login, ForeignNames names, WalkedTenant owner)
            throws Exception {
        for (String marker : List.of("", "$s/earliest/")) {
            try (Walker control = new Walker(broker, RawDialect.MQTT_5, login)) {
                control.subscribe(marker + "walk/#", 1);
                owner.pulse();
                assertThat(names.marked("walk/#")).contains(marker + "walk/#");
                await(marker).until(() -> {
                    control.ping();
                    return control.shown().stream().anyMatch(message -> message.contains(WalkedTenant.MARK));
                });
            }
        }
    }

    /** Under the owner's client identifiers and user names, with its sessions, wills to its topics, and AUTH. */
    private static void connects(Walker walker, RawDialect dialect, ForeignNames names, Apart apart, Login login)
            throws Exception {
        for (String clientId : names.clientIds()) {
            for (byte[] connect : List.of(
                    Walker.connect(dialect, new Login(clientId, login.username(), login.password())),
                    dialect.connect(
                            clientId,
                            0xEE, // a will, QoS 1, retained
                            dialect.will(ForeignNames.TOPIC, "the intruder's will"),
                            login.username(),
                            login.password()),
                    durable(dialect, clientId, login))) {
                RawPacket connAck = walker.tryConnect(connect);
                if (connAck != null && connAck.at(CONNACK_CODE) == 0) {
                    assertThat(connAck.at(SESSION_PRESENT))
                            .as("a session of %s", clientId)
                            .isEqualTo(NEW_SESSION);
                }
            }
        }
        for (String username : names.userNames(apart.other)) {
            for (String password : List.of(login.password(), "", username)) {
                RawPacket connAck = walker.tryConnect(Walker.connect(dialect, new Login("device", username, password)));
                assertThat(connAck == null ? 0x87 : connAck.at(CONNACK_CODE))
                        .as("'%s' with '%s'", username, password)
                        .isNotZero();
            }
        }
        if (dialect == RawDialect.MQTT_5) {
            authenticates(walker, names, login);
        }
    }

    /** Takes up a session that ends with the next clean start. */
    private static byte[] durable(RawDialect dialect, String clientId, Login login) {
        return dialect == RawDialect.MQTT_5
                ? RawClient.packet(
                        0x10,
                        "MQTT",
                        5,
                        0xC0,
                        0,
                        60,
                        RawProperties.of(RawProperties.fourBytes(RawProperties.SESSION_EXPIRY_INTERVAL, 1)),
                        clientId,
                        login.username(),
                        login.password())
                : dialect.connect(clientId, 0xC0, login.username(), login.password());
    }

    /** By an exchange that names the owner's user, in CONNECT and later. */
    private static void authenticates(Walker walker, ForeignNames names, Login login) throws Exception {
        String owners = names.owner() + "-device";
        byte[] method = RawProperties.text(RawProperties.AUTHENTICATION_METHOD, "SCRAM-SHA-256");
        byte[] first =
                RawProperties.binary(RawProperties.AUTHENTICATION_DATA, ("n,,n=" + owners + ",r=fyko").getBytes(UTF_8));
        for (String username : List.of(owners, login.username())) {
            RawPacket connAck = walker.tryConnect(RawClient.packet(
                    0x10, "MQTT", 5, 0x82, 0, 60, RawProperties.of(method, first), "device", username));
            assertThat(connAck == null ? 0x87 : connAck.at(CONNACK_CODE)).isNotZero();
        }
        walker.close();
        walker.send(RawClient.packet(0xF0, 0x19, RawProperties.of(method, first)));
    }

    /** At each QoS, retained or not, with an alias, an expiry, a request's properties, and as what erases a retained message. */
    private static void publishes(Walker walker, RawDialect dialect, ForeignNames names) throws Exception {
        for (String topic : names.topics()) {
            for (int qos = 0; qos <= 2; qos++) {
                for (int retain = 0; retain <= 1; retain++) {
                    for (byte[] publish : publishes(dialect, names, topic, qos << 1 | retain)) {
                        walker.publish(publish, qos);
                    }
                }
            }
        }
    }

    private static List<byte[]> publishes(RawDialect dialect, ForeignNames names, String topic, int flags) {
        int id = flags >> 1 == 0 ? 0 : 7;
        String payload = "the intruder's";
        List<byte[]> all = new ArrayList<>(List.of(dialect.publish(flags, topic, id, payload)));
        if ((flags & 1) == 1) {
            all.add(dialect.publish(flags, topic, id, ""));
        }
        if (dialect == RawDialect.MQTT_5) {
            byte[] alias = RawProperties.twoBytes(RawProperties.TOPIC_ALIAS, 1);
            all.add(publish5(flags, topic, id, payload, alias));
            all.add(publish5(flags, "", id, payload, alias));
            all.add(publish5(
                    flags, topic, id, payload, RawProperties.fourBytes(RawProperties.MESSAGE_EXPIRY_INTERVAL, 1)));
            all.add(publish5(
                    flags,
                    topic,
                    id,
                    payload,
                    RawProperties.text(RawProperties.RESPONSE_TOPIC, names.owner() + "/" + ForeignNames.TOPIC),
                    RawProperties.binary(RawProperties.CORRELATION_DATA, ForeignNames.TOPIC.getBytes(UTF_8)),
                    RawProperties.user("mqtt.topic", ForeignNames.TOPIC),
                    RawProperties.user("mqtt.namespace", names.owner()),
                    RawProperties.user("tns", names.owner())));
        }
        return all;
    }

    private static byte[] publish5(int flags, String topic, int id, String payload, byte[]... properties) {
        byte[] identifier = id == 0 ? new byte[0] : new byte[] {0, (byte) id};
        return RawClient.packet(0x30 | flags, topic, identifier, RawProperties.of(properties), payload.getBytes(UTF_8));
    }

    /** To every filter behind every marker; the owner publishes while it is subscribed. */
    private static void subscribes(Walker walker, ForeignNames names, WalkedTenant owner, Beacon beacon)
            throws Exception {
        for (String filter : names.filters()) {
            subscribesFor(walker, names.marked(filter), owner, beacon);
        }
        subscribesFor(walker, names.streams(), owner, beacon);
    }

    private static void subscribesFor(Walker walker, List<String> filters, WalkedTenant owner, Beacon beacon)
            throws Exception {
        for (int i = 0; i < filters.size(); i++) {
            int unused = walker.subscribe(filters.get(i), i % 3);
        }
        owner.pulse();
        beacon.flash();
        walker.ping();
        for (String filter : filters) {
            walker.unsubscribe(filter);
        }
        walker.close();
    }
}
