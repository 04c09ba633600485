package io.magnetar.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jsonwebtoken.SignatureAlgorithm;
import io.magnetar.it.distribution.AdminTool.Ran;
import io.magnetar.sink.server.QuestDb;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.SecretKey;
import org.apache.pulsar.broker.authentication.AuthenticationProviderToken;
import org.apache.pulsar.broker.authentication.utils.AuthTokenUtils;
import org.apache.pulsar.client.api.AuthenticationFactory;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.impl.auth.AuthenticationToken;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A sink reads the topics of the tenant that it was created in and no other's, with Pulsar's authorization on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SinkTenantsIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int MESSAGES = 50;

    private final SecretKey key = AuthTokenUtils.createSecretKey(SignatureAlgorithm.HS256);
    private final String root = token("root");
    private final String adminA = token("admin-a");
    private final String adminB = token("admin-b");
    private QuestDb questDb;
    private Standalone standalone;
    private AdminTool tool;

    private String token(String role) {
        return AuthTokenUtils.createToken(key, role, Optional.empty());
    }

    @BeforeAll
    void start() throws Exception {
        questDb = new QuestDb().start();
        standalone = new Standalone(
                        "sink-tenants",
                        "--set",
                        "authenticationEnabled=true",
                        "--set",
                        "authenticationProviders=" + AuthenticationProviderToken.class.getName(),
                        "--set",
                        "tokenSecretKey=data:;base64," + AuthTokenUtils.encodeKeyBase64(key),
                        "--set",
                        "authorizationEnabled=true",
                        "--set",
                        "superUserRoles=root",
                        "--set",
                        "brokerClientAuthenticationPlugin=" + AuthenticationToken.class.getName(),
                        "--set",
                        "brokerClientAuthenticationParameters=token:" + root)
                .start();
        tool = new AdminTool(standalone, root);
        tenant("fleetA", "admin-a", adminA);
        tenant("fleetB", "admin-b", adminB);
    }

    @AfterAll
    void stop() throws Exception {
        questDb.close();
        standalone.close(); // The last, for it is not there when the start has failed.
    }

    private Ran admin(String token, String... arguments) throws Exception {
        List<String> whole = new ArrayList<>(
                List.of("--auth-plugin", AuthenticationToken.class.getName(), "--auth-params", "token:" + token));
        whole.addAll(List.of(arguments));
        return tool.run(whole);
    }

    private void done(String token, String... arguments) throws Exception {
        Ran ran = admin(token, arguments);
        assertThat(ran.exitCode()).as(ran.printed()).isZero();
    }

    /** A tenant with a stream that holds messages of its own. */
    private void tenant(String name, String role, String token) throws Exception {
        done(root, "tenants", "create", name, "--admin-roles", role, "--allowed-clusters", "standalone");
        done(token, "namespaces", "create", name + "/streams");
        done(token, "topics", "create-partitioned-topic", stream(name), "-p", "1");
        try (PulsarClient client = PulsarClient.builder()
                        .serviceUrl(standalone.serviceUrl())
                        .authentication(AuthenticationFactory.token(token))
                        .build();
                Producer<byte[]> producer =
                        client.newProducer().topic(stream(name)).create()) {
            for (int i = 0; i < MESSAGES; i++) {
                producer.newMessage()
                        .property("mqtt.topic", "sensors/s1/readings")
                        .property("mqtt.client-id", name)
                        .value(("{\"temp\":" + i + ",\"count\":1}").getBytes(StandardCharsets.UTF_8))
                        .send();
            }
        }
    }

    private static String stream(String tenant) {
        return "persistent://" + tenant + "/streams/readings";
    }

    /** The example for QuestDB as a sink of tenant A that reads what the test says. */
    private Path sinkOfA(String name, String inputs) throws Exception {
        Map<String, String> replaced = new HashMap<>();
        replaced.put("tenant: public", "tenant: fleetA");
        replaced.put("namespace: default", "namespace: streams");
        replaced.put("name: readings-to-questdb", "name: " + name);
        replaced.put("inputs: [persistent://public/streams/readings]", inputs);
        replaced.put(
                "http://127.0.0.1:9000",
                questDb.url() + "\n  username: " + QuestDb.USER + "\n  password: " + QuestDb.PASSWORD);
        return SinkExample.of("questdb", replaced);
    }

    private String logOfA(String sink) throws Exception {
        Path log = standalone.home().resolve("logs/functions/fleetA/streams/" + sink + "/" + sink + "-0.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private List<String> commandsOfInstances(String sink) {
        return ProcessHandle.allProcesses()
                .map(each -> each.info().commandLine().orElse(""))
                .filter(each -> each.contains("JavaInstanceMain") && each.contains("\"" + sink + "\""))
                .toList();
    }

    @Test
    void aSinkReadsItsOwnTenantsStreamWithTheRightsOfWhoCreatedItAndItsMetricsAreTheTenants() throws Exception {
        Path example = sinkOfA("own", "inputs: [\"" + stream("fleetA") + "\"]");
        assertThat(admin(adminB, "sinks", "create", "--sink-config-file", example.toString()))
                .as("by another tenant's admin")
                .satisfies(ran -> assertThat(ran.exitCode()).isNotZero())
                .satisfies(ran -> assertThat(ran.printed()).contains("not authorized"));
        done(adminA, "sinks", "create", "--sink-config-file", example.toString());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(questDb.rows("select device, count() from readings"))
                        .isEqualTo("[[\"fleetA\"," + MESSAGES + "]]"));

        assertThat(commandsOfInstances("own"))
                .singleElement()
                .asString()
                .contains("token:" + adminA)
                .doesNotContain(root);
        assertThat(standalone.logText().lines().filter(line -> line.contains(adminA) || line.contains(root)))
                .as("lines of the broker's log with a token")
                .isEmpty();

        HttpClient http = HttpClient.newHttpClient();
        HttpRequest metrics = HttpRequest.newBuilder(URI.create(standalone.adminUrl() + "/metrics/"))
                .header("Authorization", "Bearer " + root)
                .build();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(http.send(metrics, BodyHandlers.ofString())
                                .body()
                                .lines()
                                .filter(line -> line.startsWith("pulsar_sink_user_metric__sum"))
                                .filter(line -> line.contains("metric=\"delivered\"")))
                        .singleElement()
                        .asString()
                        .contains("tenant=\"fleetA\"", "namespace=\"fleetA/streams\"", "name=\"own\"")
                        .endsWith(" " + MESSAGES + ".0"));
    }

    @Test
    void anotherTenantsStreamIsRefusedBeforeAnythingOfItIsRead() throws Exception {
        Map<String, String> attempts = Map.of(
                "by-name",
                "inputs: [\"" + stream("fleetA") + "\", \"" + stream("fleetB") + "\"]",
                "by-pattern",
                "topicsPattern: \"persistent://fleetB/streams/.*\"");
        for (Map.Entry<String, String> attempt : attempts.entrySet()) {
            Path example = sinkOfA(attempt.getKey(), attempt.getValue());
            // Pulsar takes it: it looks at the sink's own namespace only.
            done(adminA, "sinks", "create", "--sink-config-file", example.toString());
        }
        for (String sink : attempts.keySet()) {
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(logOfA(sink))
                                    .contains(
                                            "inputs: a sink reads only topics of its own tenant, fleetA; persistent://fleetB/"));
        }
        Ran subscriptions = admin(root, "topics", "subscriptions", stream("fleetB") + "-partition-0");
        assertThat(subscriptions.printed()).doesNotContain("by-name").doesNotContain("by-pattern");
        for (String sink : attempts.keySet()) {
            done(adminA, "sinks", "delete", "--tenant", "fleetA", "--namespace", "streams", "--name", sink);
        }
    }
}
