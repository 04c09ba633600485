package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.common.policies.data.TenantInfo;

/** Tenants as an administrator makes them, and clients that are in them by their user names. Stateless. */
final class Tenants {
    static final int CONNACK = 2;
    static final int SUCCESS = 0;
    static final int CLIENT_IDENTIFIER_NOT_VALID = 0x85;
    static final int BAD_USER_NAME = 0x86;
    static final int NOT_AUTHORIZED = 0x87;

    private Tenants() {}

    static void create(EmbeddedPulsar pulsar, String... names) throws PulsarAdminException {
        for (String name : names) {
            pulsar.admin()
                    .tenants()
                    .createTenant(
                            name,
                            TenantInfo.builder()
                                    .allowedClusters(Set.of(EmbeddedPulsar.CLUSTER))
                                    .build());
        }
    }

    /** Deletes a tenant and all in it, as Pulsar's own tool does. */
    static void delete(EmbeddedPulsar pulsar, String name) throws PulsarAdminException {
        for (String namespace : pulsar.admin().namespaces().getNamespaces(name)) {
            pulsar.admin().namespaces().deleteNamespace(namespace, true);
        }
        pulsar.admin().tenants().deleteTenant(name);
    }

    /** Creates a stream whose tenant has a client, and returns when the broker has it. */
    static void createStream(EmbeddedPulsar pulsar, MqttBroker broker, String tenant, String name, String filter)
            throws PulsarAdminException {
        pulsar.admin()
                .topics()
                .createPartitionedTopic(
                        "persistent://" + tenant + "/streams/" + name, 2, Map.of("mqtt.filter", filter));
        await("stream " + name + " of " + tenant)
                .atMost(Duration.ofSeconds(30))
                .until(() -> StreamSupport.stream(
                                broker.status().get().path("streams").spliterator(), false)
                        .anyMatch(stream -> stream.path("namespace").asText().equals(tenant)
                                && stream.path("name").asText().equals(name)));
    }

    /** A client that is where its user name says. */
    static Device device(MqttBroker broker, String username, String clientId) {
        return Device.connect(
                broker.port(),
                clientId,
                Mqtt5Connect.builder()
                        .simpleAuth()
                        .username(username)
                        .applySimpleAuth()
                        .build());
    }

    /** The same with a session that outlives its connection, and goes on if there is one. */
    static Device durable(MqttBroker broker, String username, String clientId) {
        return Device.connect(
                broker.port(),
                clientId,
                Mqtt5Connect.builder()
                        .cleanStart(false)
                        .sessionExpiryInterval(3_600)
                        .simpleAuth()
                        .username(username)
                        .applySimpleAuth()
                        .build());
    }

    /** CONNECT of MQTT 5 with a user name. */
    static byte[] connect5(String clientId, String username) {
        return RawClient.packet(0x10, "MQTT", 5, 0x82, 0, 60, 0, clientId, username);
    }

    /** The code of the CONNACK that answers a CONNECT of MQTT 5 with a user name. */
    static int code(MqttBroker broker, String clientId, String username) throws IOException {
        return code(broker, connect5(clientId, username)).at(1);
    }

    static RawPacket code(MqttBroker broker, byte[] connect) throws IOException {
        try (RawClient client = new RawClient(broker.port())) {
            RawPacket connAck = client.send(connect).read();
            assertThat(connAck.type()).isEqualTo(CONNACK);
            return connAck;
        }
    }

    /** The reason string of a refusal, as far as there is one. */
    static String text(RawPacket packet) {
        return new String(packet.body(), UTF_8);
    }
}
