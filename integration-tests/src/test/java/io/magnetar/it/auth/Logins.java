package io.magnetar.it.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.common.policies.data.TenantInfo;
import org.jspecify.annotations.Nullable;

/** Clients that connect, and what they are told. Stateless. */
final class Logins {
    static final String LET_IN = "0x0/0";
    static final String BAD_USER_NAME_OR_PASSWORD = "0x86/4";
    static final String NOT_AUTHORIZED = "0x87/5";
    static final String SERVER_UNAVAILABLE = "0x88/3";

    private static final ObjectMapper JSON = new ObjectMapper();

    private Logins() {}

    static void createTenants(PulsarAdmin admin, String... names) throws PulsarAdminException {
        for (String name : names) {
            admin.tenants()
                    .createTenant(
                            name,
                            TenantInfo.builder()
                                    .allowedClusters(Set.of(EmbeddedPulsar.CLUSTER))
                                    .build());
        }
    }

    /** The codes of the CONNACKs for a user name and a password: that of MQTT 5, that of MQTT 3.1.1. */
    static String codes(MqttBroker broker, String username, String password) throws IOException {
        int five = code(broker, connect5("login", username, password), 1);
        int three = code(broker, connect311("login", username, password), 1);
        return "0x" + Integer.toHexString(five) + "/" + three;
    }

    private static int code(MqttBroker broker, byte[] connect, int at) throws IOException {
        try (RawClient client = new RawClient(broker.port())) {
            RawPacket connAck = client.send(connect).read();
            assertThat(connAck.type()).isEqualTo(2);
            return connAck.at(at);
        }
    }

    /** CONNECT of MQTT 5. */
    static byte[] connect5(String clientId, @Nullable String username, @Nullable String password) {
        int flags = 0x02 | (username == null ? 0 : 0x80) | (password == null ? 0 : 0x40);
        return RawClient.packet(
                0x10,
                "MQTT",
                5,
                flags,
                0,
                60,
                0,
                clientId,
                username == null ? new byte[0] : username,
                password == null ? new byte[0] : password);
    }

    /** CONNECT of MQTT 3.1.1. */
    static byte[] connect311(String clientId, String username, String password) {
        return RawClient.packet(0x10, "MQTT", 4, 0xC2, 0, 60, clientId, username, password);
    }

    /** Returns when the broker has a stream. */
    static void awaitStream(MqttBroker broker, String namespace, String name) {
        await("stream " + name + " of " + namespace)
                .atMost(Duration.ofSeconds(30))
                .until(() -> StreamSupport.stream(
                                broker.status().get().path("streams").spliterator(), false)
                        .anyMatch(stream -> stream.path("namespace").asText().equals(namespace)
                                && stream.path("name").asText().equals(name)));
    }

    /** What the broker has of a connected client of a namespace; missing when there is no such client. */
    static JsonNode client(MqttBroker broker, String namespace, String clientId) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + broker.httpPort() + "/mqtt/v1/clients/" + namespace + "/" + clientId))
                .build();
        var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        return response.statusCode() == 200 ? JSON.readTree(response.body()) : JSON.missingNode();
    }
}
