package io.magnetar.it.mqtt;

import static io.magnetar.it.mqtt.Tenants.BAD_USER_NAME;
import static io.magnetar.it.mqtt.Tenants.CLIENT_IDENTIFIER_NOT_VALID;
import static io.magnetar.it.mqtt.Tenants.NOT_AUTHORIZED;
import static io.magnetar.it.mqtt.Tenants.SUCCESS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawProperties;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.Authenticator.Success;
import io.magnetar.mqtt.auth.Authenticators;
import io.magnetar.mqtt.auth.Identity;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Reader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which namespace a client is in, and which are served. */
@ExtendWith(MqttExtension.class)
class NamespaceTest {
    private static MqttBroker start(EmbeddedPulsar pulsar, String from, String... keysAndValues) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of("mqttNamespaceFrom", from, "mqttTenants", ".*"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return MqttBroker.start(pulsar.broker(), settings);
    }

    @Test
    void whatIsBeforeTheHyphenOfAClientIdentifierIsTheTenant(EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = start(pulsar, "client-id:/^([^-]+)-/")) {
            Tenants.create(pulsar, "fleetA");
            try (Device device = Device.connect(broker.port(), "fleetA-client1")) {
                Tenants.createStream(pulsar, broker, "fleetA", "readings", "sensors/+/readings");
                device.publish("sensors/1/readings", "21.5", MqttQos.AT_LEAST_ONCE);
                device.subscribe("$s/earliest/sensors/+/readings", MqttQos.AT_LEAST_ONCE);
                assertThat(device.next(1)).containsExactly("21.5");
            }
            try (Reader<byte[]> reader = pulsar.client()
                    .newReader()
                    .topic("persistent://fleetA/streams/readings")
                    .startMessageId(MessageId.earliest)
                    .create()) {
                Message<byte[]> message = reader.readNext(20, TimeUnit.SECONDS);
                assertThat(message.getProperty("mqtt.client-id")).isEqualTo("fleetA-client1");
            }
            assertThat(pulsar.admin().namespaces().getNamespaces("fleetA"))
                    .as("no retained message and no durable session: nothing is made for them")
                    .containsExactly("fleetA/streams");

            // Exactly: another case is another tenant, and this one is not there.
            RawPacket other = Tenants.code(broker, RawClient.connect5("FleetA-client1", 60));
            assertThat(other.at(1)).isEqualTo(NOT_AUTHORIZED);
            assertThat(Tenants.text(other)).contains("there is no tenant 'FleetA'");
            // Before MQTT 5.
            assertThat(Tenants.code(broker, RawClient.packet(0x10, "MQTT", 4, 2, 0, 60, "FleetA-client1"))
                            .at(1))
                    .isEqualTo(5);
            assertThat(Tenants.code(broker, RawClient.packet(0x10, "MQTT", 4, 2, 0, 60, "fleetA-client1"))
                            .at(1))
                    .isZero();
        }
    }

    @Test
    void aClientWithoutOneIsInTheDefaultNamespace(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "defaults");
        try (MqttBroker broker = start(pulsar, "username", "mqttDefaultNamespace", "defaults");
                Device named = Tenants.device(broker, "defaults", "with-a-name");
                Device unnamed = Device.connect(broker.port(), "without-a-name")) {
            unnamed.subscribe("default/x", MqttQos.AT_LEAST_ONCE);

            named.publish("default/x", "same place", MqttQos.AT_LEAST_ONCE);

            assertThat(unnamed.next(1)).containsExactly("same place");
        }
    }

    @Test
    void aClientWithoutOneIsRefusedWhereOneIsRequired(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "required");
        try (MqttBroker broker =
                start(pulsar, "username", "mqttRequireNamespace", "true", "mqttDefaultNamespace", "not-there")) {
            RawPacket refusal = Tenants.code(broker, RawClient.connect5("required-not", 60));
            assertThat(refusal.at(1)).isEqualTo(NOT_AUTHORIZED);
            assertThat(Tenants.text(refusal)).contains("this one has told none");
            assertThat(Tenants.code(broker, "required", "required")).isEqualTo(SUCCESS);
        }
    }

    @Test
    void noClientIsWhereNoneMayBe(EmbeddedPulsar pulsar) throws Exception {
        Map<String, String> names = new HashMap<>();
        List.of("mqtt", "pulsar", "system", "global", "undefined", "null", "none")
                .forEach(name -> names.put(name, "the namespace name '" + name + "' is reserved"));
        List.of("a/b", "a b", "a%62").forEach(name -> names.put(name, "its name has 1 to 255 of the characters"));
        names.put("barred", "the namespace name 'barred' is denied to clients");
        try (MqttBroker broker =
                start(pulsar, "username, client-id:/^(.+)-/", "mqttDeniedNamespaces", "barred, other")) {
            for (String name : names.keySet()) {
                RawPacket byUserName = Tenants.code(broker, Tenants.connect5("denied", name));
                assertThat(byUserName.at(1)).as(name).isEqualTo(BAD_USER_NAME);
                assertThat(Tenants.text(byUserName)).contains(names.get(name));
                assertThat(Tenants.code(broker, RawClient.packet(0x10, "MQTT", 4, 0x82, 0, 60, "denied", name))
                                .at(1))
                        .as(name)
                        .isEqualTo(4);
                RawPacket byClientId = Tenants.code(broker, RawClient.connect5(name + "-1", 60));
                assertThat(byClientId.at(1)).as(name).isEqualTo(CLIENT_IDENTIFIER_NOT_VALID);
                assertThat(Tenants.text(byClientId)).contains(names.get(name));
            }
        }
    }

    @Test
    void aTenantThatIsNotServedHasNoClients(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "elsewhere");
        try (MqttBroker broker = start(pulsar, "username", "mqttTenants", "public|here.*")) {
            RawPacket refusal = Tenants.code(broker, Tenants.connect5("stranger", "elsewhere"));
            assertThat(refusal.at(1)).isEqualTo(NOT_AUTHORIZED);
            assertThat(Tenants.text(refusal)).contains("'elsewhere' is not served here");
        }
    }

    @Test
    void aTenantThatIsMadeIsThereAtOnce(EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = start(pulsar, "username")) {
            for (int i = 0; i < 3; i++) {
                assertThat(Tenants.code(broker, "early", "just-made")).isEqualTo(NOT_AUTHORIZED);
            }

            Tenants.create(pulsar, "just-made");

            // Sooner than by forgetting what was not there, which takes a second.
            await().atMost(Duration.ofMillis(300))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> Tenants.code(broker, "early", "just-made") == SUCCESS);
        }
    }

    @Test
    void tenantsAreMadeWhereThatIsConfiguredByTwoBrokersAtOnce(EmbeddedPulsar pulsar) throws Exception {
        String[] settings = {
            "mqttTenants",
            "public|auto.*",
            "mqttNamespaceAutoCreation",
            "true",
            "mqttNamespaceAdminRoles",
            "ops, admin-{namespace}"
        };
        try (MqttBroker one = start(pulsar, "username", settings);
                MqttBroker other = start(pulsar, "username", settings)) {
            List<RawClient> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 20; i++) {
                    for (MqttBroker broker : List.of(one, other)) {
                        RawClient client = new RawClient(broker.port());
                        clients.add(client);
                        client.send(Tenants.connect5("auto-client", "auto" + i));
                    }
                }
                for (RawClient client : clients) {
                    assertThat(client.read().at(1)).isZero();
                }
            } finally {
                for (RawClient client : clients) {
                    client.close();
                }
            }
            assertThat(pulsar.admin().tenants().getTenantInfo("auto7").getAdminRoles())
                    .containsExactlyInAnyOrder("ops", "admin-auto7");
            assertThat(pulsar.admin().tenants().getTenantInfo("auto7").getAllowedClusters())
                    .containsExactly(EmbeddedPulsar.CLUSTER);
            assertThat(Tenants.code(one, "auto", "manual")).isEqualTo(NOT_AUTHORIZED);
            assertThat(pulsar.admin().tenants().getTenants()).contains("auto19").doesNotContain("manual");
            assertThat(one.status().get().path("namespaces").path("open").asInt())
                    .as("with public")
                    .isEqualTo(21);
        }
    }

    @Test
    void noMoreAreOpenThanMayBe(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "few1", "few2");
        try (MqttBroker broker = start(pulsar, "username", "mqttTenants", "public|few.*", "mqttMaxNamespaces", "2")) {
            assertThat(Tenants.code(broker, "few", "few1")).isEqualTo(SUCCESS);
            assertThat(Tenants.code(broker, "few", "few2")).isEqualTo(0x97);
            assertThat(Tenants.code(broker, "few", "few1")).isEqualTo(SUCCESS);
            assertThat(Tenants.code(broker, "few", "public")).isEqualTo(SUCCESS);
        }
    }

    @Test
    void aNamespaceHasNoMoreClientsAndSessionsThanItMayAndTakesNoneFromOthers(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "quotaA", "quotaB");
        try (MqttBroker broker = start(
                        pulsar,
                        "username",
                        "mqttTenants",
                        "public|quota.*",
                        "mqttMaxConnectionsPerNamespace",
                        "2",
                        "mqttMaxDurableSessionsPerNamespace",
                        "1");
                Device first = Tenants.durable(broker, "quotaA", "first")) {
            byte[] second = RawClient.packet(0x10, "MQTT", 5, 0x80, 0, 60, 5, 0x11, 0, 0, 0, 9, "second", "quotaA");
            assertThat(Tenants.code(broker, second).at(1))
                    .as("no second session")
                    .isEqualTo(0x97);
            try (Device transients = Tenants.device(broker, "quotaA", "transient");
                    Device again = Tenants.durable(broker, "quotaA", "first")) {
                assertThat(Tenants.code(broker, "third", "quotaA"))
                        .as("no third client")
                        .isEqualTo(0x97);
                assertThat(Tenants.code(broker, "third", "quotaB")).isEqualTo(SUCCESS);
                assertThat(transients.client().getState().isConnected()).isTrue();
                assertThat(again.client().getState().isConnected())
                        .as("a takeover needs no room")
                        .isTrue();
            }
            assertThat(first.client().getState().isConnected()).isFalse();
        }
    }

    @Test
    void aUserPropertyOrAnExpressionMayTell(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "prop", "express");
        String from =
                "user-property:tenant:/^t:(.+)/, cel:client_id.matches('^x[0-9]+$') ? username.split('@')[1] : ''";
        try (MqttBroker broker = start(pulsar, from, "mqttTenants", "public|prop|express|nowhere");
                Device inPublic = Device.connect(broker.port(), "expression-public");
                RawClient byProperty = new RawClient(broker.port());
                RawClient byExpression = new RawClient(broker.port())) {
            RawPacket connAck = byProperty
                    .send(RawClient.connect5(
                            "property", 60, RawClient.bytes(RawProperties.USER_PROPERTY, "tenant", "t:prop")))
                    .read();
            assertThat(connAck.at(1)).isZero();
            assertThat(byExpression
                            .send(Tenants.connect5("x17", "anna@express"))
                            .read()
                            .at(1))
                    .isZero();
            assertThat(Tenants.code(broker, "x17", "anna@nowhere")).isEqualTo(NOT_AUTHORIZED);
            assertThat(inPublic.client().getState().isConnected()).isTrue();
            assertThat(broker.status().get().path("namespaces").path("open").asInt())
                    .isEqualTo(3);
        }
    }

    @Test
    void aListenerMayTell(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "listened");
        try (MqttBroker broker = start(pulsar, "listener", "mqttListeners", "mqtt://127.0.0.2:0?namespace=listened");
                Device inPublic = Device.connect(broker.port(), "same-id")) {
            int port = URI.create(broker.status().get().path("listeners").get(1).asText())
                    .getPort();
            try (RawClient client = new RawClient(new Socket("127.0.0.2", port))) {
                assertThat(client.send(RawClient.connect5("same-id", 60)).read().at(1))
                        .isZero();
                assertThat(inPublic.client().getState().isConnected())
                        .as("no takeover across namespaces")
                        .isTrue();
                client.send(RawClient.subscribe5("listener/x", 0)).read();
                inPublic.publish("listener/x", "not here", MqttQos.AT_LEAST_ONCE);
                client.send(RawClient.publish5("listener/x", 0, 0, "here"));
                assertThat(client.read().payload5()).isEqualTo("here");
            }
        }
    }

    /** Says of each client that it belongs where its password says, and notes what it was told. */
    private static final class Passwords implements Authenticator {
        final List<String> asked = new ArrayList<>();

        @Override
        public Exchange begin(Claim claim) {
            asked.add(String.valueOf(claim.namespace()));
            byte[] password = claim.password();
            String namespace = password == null ? null : new String(password, UTF_8);
            return data -> new CompletableFuture<Step>()
                    .completeOnTimeout(new Success(null, Identity.of(namespace)), 5, TimeUnit.MILLISECONDS);
        }
    }

    @Test
    void theAuthenticatorMayTellAndIsToldWhatIsKnownBefore(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "answered");
        Passwords passwords = new Passwords();
        Map<String, String> settings =
                Map.of("mqttNamespaceFrom", "client-id:/^([^-]+)-/, authenticator", "mqttTenants", "public|answered");
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings, new Authenticators(passwords, Map.of()))) {
            byte[] answered = RawClient.packet(0x10, "MQTT", 5, 0xC2, 0, 60, 0, "one", "anna", "answered");
            byte[] reserved = RawClient.packet(0x10, "MQTT", 5, 0xC2, 0, 60, 0, "two", "anna", "mqtt");
            byte[] contradicted = RawClient.packet(0x10, "MQTT", 5, 0xC2, 0, 60, 0, "public-3", "anna", "answered");
            byte[] confirmed = RawClient.packet(0x10, "MQTT", 5, 0xC2, 0, 60, 0, "answered-4", "anna", "answered");

            assertThat(Tenants.code(broker, answered).at(1)).isZero();
            assertThat(Tenants.code(broker, reserved).at(1)).isEqualTo(NOT_AUTHORIZED);
            assertThat(Tenants.code(broker, contradicted).at(1)).isEqualTo(NOT_AUTHORIZED);
            assertThat(Tenants.code(broker, confirmed).at(1)).isZero();

            assertThat(passwords.asked).containsExactly("null", "null", "public", "answered");
            assertThat(broker.status().get().path("namespaces").path("open").asInt())
                    .isEqualTo(2);
        }
    }

    @Test
    void everyMistakeOfTheConfigurationIsNamed(EmbeddedPulsar pulsar) {
        assertThatThrownBy(() -> start(
                        pulsar,
                        "listener, user:/x/",
                        "mqttDefaultNamespace",
                        "mqtt",
                        "mqttRequireNamespace",
                        "yes",
                        "mqttMaxNamespaces",
                        "0"))
                .hasMessageContaining("mqttNamespaceFrom: 'user' is no source")
                .hasMessageContaining("mqttNamespaceFrom: 'listener' finds nothing: no listener of mqttListeners has")
                .hasMessageContaining("mqttDefaultNamespace=mqtt: the namespace name 'mqtt' is reserved")
                .hasMessageContaining("mqttRequireNamespace=yes: true or false is needed")
                .hasMessageContaining("mqttMaxNamespaces=0: a whole number from 1");
    }
}
