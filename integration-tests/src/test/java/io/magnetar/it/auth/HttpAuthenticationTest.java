package io.magnetar.it.auth;

import static io.magnetar.it.auth.Logins.codes;
import static io.magnetar.it.auth.Logins.connect5;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.it.auth.AnswerServer.Answer;
import io.magnetar.it.client.CertificateAuthority;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Clients that an HTTPS server knows, whose certificate a private authority has signed. */
@ExtendWith(PulsarExtension.class)
class HttpAuthenticationTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path directory;

    /** Knows {@code good} of each namespace by its password; other names say how the server is to behave. */
    private static Answer answer(AnswerServer.Request request) {
        try {
            JsonNode asked = JSON.readTree(request.body());
            return switch (asked.path("username").asText()) {
                case "good" ->
                    new Answer(
                            200,
                            "{\"result\":\"" + (asked.path("password").asText().equals("secret") ? "allow" : "deny")
                                    + "\",\"namespace\":\"httpA\"}");
                case "stranger" -> new Answer(200, "{\"result\":\"allow\",\"namespace\":\"httpB\"}");
                case "broken" -> new Answer(500, "{\"result\":\"allow\"}");
                default -> new Answer(404, "{}");
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void asksAServer(EmbeddedPulsar pulsar) throws Exception {
        Logins.createTenants(pulsar.admin(), "httpA");
        CertificateAuthority authority = new CertificateAuthority(directory, "authority");
        CertificateAuthority others = new CertificateAuthority(directory, "others");
        try (AnswerServer server = new AnswerServer(authority.issue("localhost"), HttpAuthenticationTest::answer)) {
            Map<String, String> settings = Map.of(
                    "mqttAuthentication", "http",
                    "mqttHttpAuthenticationUrl", server.url("/who?listener=${listener}"),
                    "mqttHttpAuthenticationTrustFile", authority.file().toString(),
                    "mqttNamespaceFrom", "authenticator",
                    "mqttRequireNamespace", "true",
                    "mqttTenants", "http.*");
            try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings);
                    RawClient client = new RawClient(broker.port())) {
                assertThat(client.send(connect5("one", "good", "secret")).read().at(1))
                        .isZero();
                assertThat(Logins.client(broker, "httpA", "one").isMissingNode())
                        .isFalse();
                assertThat(codes(broker, "good", "secret")).isEqualTo(Logins.LET_IN);
                assertThat(codes(broker, "good", "wrong")).isEqualTo(Logins.NOT_AUTHORIZED);
                assertThat(codes(broker, "nobody", "secret")).isEqualTo(Logins.BAD_USER_NAME_OR_PASSWORD);
                assertThat(codes(broker, "stranger", "secret"))
                        .as("of no tenant")
                        .isEqualTo(Logins.NOT_AUTHORIZED);
                assertThat(codes(broker, "broken", "secret")).isEqualTo(Logins.SERVER_UNAVAILABLE);
                server.close();
                assertThat(codes(broker, "good", "secret")).isEqualTo(Logins.SERVER_UNAVAILABLE);
            }
        }
        try (AnswerServer server = new AnswerServer(authority.issue("localhost"), HttpAuthenticationTest::answer);
                MqttBroker broker = MqttBroker.start(
                        pulsar.broker(),
                        Map.of(
                                "mqttAuthentication", "http",
                                "mqttHttpAuthenticationUrl", server.url("/who"),
                                "mqttHttpAuthenticationTrustFile", others.file().toString()))) {
            assertThat(codes(broker, "good", "secret"))
                    .as("a server that the broker does not trust")
                    .isEqualTo(Logins.SERVER_UNAVAILABLE);
            assertThat(server.asked()).isZero();
        }
    }
}
