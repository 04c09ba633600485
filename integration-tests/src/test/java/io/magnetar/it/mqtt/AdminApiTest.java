package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jsonwebtoken.SignatureAlgorithm;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.mqtt.AdminCalls.Answer;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pulsar.broker.authentication.utils.AuthTokenUtils;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.common.policies.data.AuthAction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Streams made, seen, altered and deleted over HTTP. */
@ExtendWith(MqttExtension.class)
class AdminApiTest {
    private static final String STREAM = "{\"partitions\": 2, \"properties\": {\"mqtt.filter\": \"%s/#\"}}";

    private static final String MOVE = "{\"stream\": \"positions\", \"to\": \"earliest\"}";

    private final EmbeddedPulsar pulsar;
    private final MqttBroker broker;

    AdminApiTest(EmbeddedPulsar pulsar, MqttBroker broker) {
        this.pulsar = pulsar;
        this.broker = broker;
    }

    private Answer ask(String method, String path, String body) throws IOException, InterruptedException {
        return ask(broker, method, path, body, null);
    }

    private static Answer ask(MqttBroker asked, String method, String path, String body, @Nullable String token)
            throws IOException, InterruptedException {
        return new AdminCalls(asked).ask(method, path, body, token);
    }

    @Test
    void makesAStreamThatIsServedWhenTheAnswerComes() throws Exception {
        Answer made = ask("PUT", "streams/public/adm-made", STREAM.formatted("adm-made"));

        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        assertThat(made.body().path("state").asText()).isEqualTo("served");
        assertThat(broker.status().stream("adm-made")).isPresent();
        assertThat(pulsar.admin().topics().getPartitionedTopicMetadata(Streams.pulsarTopic("adm-made")).partitions)
                .isEqualTo(2);
        Answer seen = ask("GET", "streams/public/adm-made", "");
        assertThat(seen.body().path("filter").asText()).isEqualTo("adm-made/#");
        assertThat(seen.body().path("retention").path("minutes").asInt()).isEqualTo(10_080);
        assertThat(seen.body().path("retention").path("from").asText()).contains("public/streams");
        assertThat(ask("GET", "streams/public", "").body().path("streams").findValuesAsText("name"))
                .contains("adm-made");
        assertThat(ask("PUT", "streams/public/adm-made", STREAM.formatted("other"))
                        .status())
                .isEqualTo(409);
    }

    @Test
    void answersRequestsOfOneConnectionInTheOrderThatTheyCameIn() throws Exception {
        String all = IntStream.range(0, 4)
                .mapToObj(i -> "GET /mqtt/v1/streams/public HTTP/1.1\r\n\r\n" + "GET /nowhere HTTP/1.1\r\n"
                        + (i < 3 ? "" : "Connection: close\r\n") + "\r\n")
                .collect(Collectors.joining());
        try (RawClient client = new RawClient(broker.httpPort())) {
            String answers = new String(client.send(all.getBytes(US_ASCII)).readAll(), US_ASCII);

            assertThat(Pattern.compile("HTTP/1.1 (\\d+)").matcher(answers).results())
                    .extracting(answer -> answer.group(1))
                    .containsExactly("200", "404", "200", "404", "200", "404", "200", "404");
        }
    }

    @Test
    void saysAllThatIsWrongWithADefinitionAndMakesNothing() throws Exception {
        Answer refused = ask(
                "PUT",
                "streams/public/adm-wrong",
                "{\"properties\": {\"mqtt.filter\": \"a/#/b\", \"mqtt.order-buckets\": \"many\", \"mqtt.colour\": \"red\"}}");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error()).contains("a/#/b", "mqtt.order-buckets=many", "mqtt.colour");
        assertThat(ask("GET", "streams/public/adm-wrong", "").status()).isEqualTo(404);
        assertThat(ask("PUT", "streams/nobody/adm-wrong", STREAM.formatted("x")).error())
                .contains("mqttTenants");
        assertThat(ask("PUT", "streams/public/-adm", STREAM.formatted("x")).error())
                .contains("'-adm'");
        assertThat(ask("PUT", "streams/mqtt/adm", STREAM.formatted("x")).status())
                .isEqualTo(400);
        assertThat(ask("PUT", "streams/public/adm", "nonsense").error()).contains("no JSON");
        assertThat(ask("POST", "streams/public/adm", "").status()).isEqualTo(405);
        assertThat(ask("GET", "rivers", "").error()).contains("GET /mqtt/v1/streams/{namespace}");
    }

    @Test
    void saysWhatIsWrongWithAUrl() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.httpPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("GET /mqtt/v1/streams/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(US_ASCII));

            assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
                    .startsWith("HTTP/1.1 400")
                    .contains("This is no URL");
        }
    }

    @Test
    void altersWhatMayChange() throws Exception {
        ask("PUT", "streams/public/adm-alter", STREAM.formatted("adm-alter"));

        Answer altered = ask(
                "PATCH",
                "streams/public/adm-alter",
                "{\"properties\": {\"mqtt.filter\": \"adm-altered/+\", \"mqtt.key\": \"client-id\"}}");

        assertThat(altered.status()).as(altered.toString()).isEqualTo(200);
        assertThat(altered.body().path("filter").asText()).isEqualTo("adm-altered/+");
        assertThat(broker.status().stream("adm-alter")
                        .orElseThrow()
                        .path("filter")
                        .asText())
                .isEqualTo("adm-altered/+");
        Answer without = ask("PATCH", "streams/public/adm-alter", "{\"remove\": [\"mqtt.key\"]}");
        assertThat(without.status()).isEqualTo(200);
        assertThat(without.body().path("properties").has("mqtt.key")).isFalse();
        assertThat(ask("PATCH", "streams/public/adm-alter", "{\"remove\": [\"mqtt.filter\"]}")
                        .error())
                .contains("mqtt.filter is missing");
        assertThat(ask("PATCH", "streams/public/adm-alter", "{\"partitions\": 4}")
                        .error())
                .contains("fixed");
    }

    @Test
    void deletesAStreamWithSubscriptionsOnlyByForce() throws Exception {
        ask("PUT", "streams/public/adm-end", STREAM.formatted("adm-end"));
        Consumer<byte[]> consumer = pulsar.client()
                .newConsumer()
                .topic(Streams.pulsarTopic("adm-end"))
                .subscriptionName("audit")
                .subscribe();
        consumer.close();

        Answer refused = ask("DELETE", "streams/public/adm-end", "");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.error()).contains("audit");
        Answer deleted = ask("DELETE", "streams/public/adm-end?force=true", "");

        assertThat(deleted.status()).as(deleted.toString()).isEqualTo(200);
        assertThat(broker.status().stream("adm-end")).isEmpty();
        assertThat(ask("GET", "streams/public/adm-end", "").status()).isEqualTo(404);
    }

    @Test
    void asksPulsarWhoMayDoWhat() throws Exception {
        try (GuardedPulsar pulsar = new GuardedPulsar(Map.of("mqttTenants", "public|adm-.*"))) {
            MqttBroker mqtt = pulsar.mqtt();
            EmbeddedPulsar cluster = pulsar.cluster();
            String root = pulsar.token("root");
            String tenantAdmin = pulsar.token("fleet-admin");
            String stranger = pulsar.token("stranger");
            String auditor = pulsar.token("auditor");
            String forged = AuthTokenUtils.createToken(
                    AuthTokenUtils.createSecretKey(SignatureAlgorithm.HS256), "root", Optional.empty());
            pulsar.createTenant("adm-fleet", "fleet-admin");
            String path = "streams/adm-fleet/positions";
            String definition = STREAM.formatted("positions");

            assertThat(ask(mqtt, "PUT", path, definition, null).status()).isEqualTo(401);
            assertThat(ask(mqtt, "PUT", path, definition, forged).status()).isEqualTo(401);
            Answer forbidden = ask(mqtt, "PUT", path, definition, stranger);
            assertThat(forbidden.status()).isEqualTo(403);
            assertThat(forbidden.error()).contains("stranger may not create streams");
            assertThat(ask(mqtt, "PUT", path, definition, tenantAdmin).status()).isEqualTo(201);
            assertThat(ask(mqtt, "GET", path, "", stranger).status()).isEqualTo(403);
            assertThat(ask(mqtt, "GET", "streams", "", stranger)
                            .body()
                            .path("streams")
                            .findValuesAsText("name"))
                    .doesNotContain("positions");
            assertThat(ask(mqtt, "GET", path, "", tenantAdmin).status()).isEqualTo(200);
            cluster.admin()
                    .namespaces()
                    .grantPermissionOnNamespace("adm-fleet/streams", "auditor", Set.of(AuthAction.consume));
            for (String read : List.of("/messages", "/stats")) {
                assertThat(ask(mqtt, "GET", path + read, "", stranger).status()).isEqualTo(403);
                assertThat(ask(mqtt, "GET", path + read, "", auditor).status()).isEqualTo(200);
            }
            assertThat(ask(mqtt, "PUT", "cursors/adm-fleet/job", MOVE, stranger).status())
                    .isEqualTo(403);
            assertThat(ask(mqtt, "PUT", "cursors/adm-fleet/job", MOVE, auditor).status())
                    .isEqualTo(404);
            assertThat(ask(mqtt, "PUT", "streams/public/adm-foreign", definition, tenantAdmin)
                            .status())
                    .isEqualTo(403);
            assertThat(ask(mqtt, "PATCH", path, "{\"properties\": {\"mqtt.key\": \"topic\"}}", stranger)
                            .status())
                    .isEqualTo(403);
            assertThat(ask(mqtt, "DELETE", path, "", stranger).status()).isEqualTo(403);
            assertThat(ask(mqtt, "DELETE", path, "", root).status()).isEqualTo(200);
            assertThat(ask(mqtt, "PUT", "streams/adm-nobody/positions", definition, root)
                            .error())
                    .contains("there is no tenant adm-nobody");
        }
    }
}
