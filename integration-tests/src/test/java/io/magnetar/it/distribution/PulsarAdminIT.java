package io.magnetar.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import io.jsonwebtoken.SignatureAlgorithm;
import io.magnetar.it.client.CertificateAuthority;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.DurableClients;
import io.magnetar.it.client.TlsProxy;
import io.magnetar.it.distribution.AdminTool.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.crypto.SecretKey;
import org.apache.pulsar.broker.authentication.AuthenticationProviderToken;
import org.apache.pulsar.broker.authentication.utils.AuthTokenUtils;
import org.apache.pulsar.client.impl.auth.AuthenticationToken;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code pulsar-admin mqtt} as Pulsar's own script runs it, towards a broker that authenticates and authorizes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PulsarAdminIT {
    private static final Duration FILLED_WITHIN = Duration.ofSeconds(90);

    private final SecretKey key = AuthTokenUtils.createSecretKey(SignatureAlgorithm.HS256);
    private final String root = AuthTokenUtils.createToken(key, "root", Optional.empty());
    private final String stranger = AuthTokenUtils.createToken(key, "stranger", Optional.empty());
    private Standalone standalone;
    private AdminTool tool;

    @BeforeAll
    void start() throws Exception {
        standalone = new Standalone(
                        "pulsar-admin",
                        "--no-functions",
                        "--set",
                        "mqttTenants=public|fleet[A-C]",
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
    }

    @AfterAll
    void stop() throws Exception {
        standalone.close();
    }

    @Test
    void makesShowsAltersAndDeletesAStream() throws Exception {
        Ran created = tool.asRoot(
                "streams",
                "create",
                "public/levels",
                "--filter",
                "tanks/+/level",
                "--key",
                "client-id",
                "--partitions",
                "2");
        assertThat(created.exitCode()).as(created.printed()).isZero();
        assertThat(created.printed())
                .containsPattern("(?m)^filter: +tanks/\\+/level$")
                .containsPattern("(?m)^state: +served$");

        Ran listed = tool.asRoot("streams", "list");
        assertThat(listed.exitCode()).isZero();
        assertThat(listed.printed().lines().findFirst().orElse("")).matches("namespace +name +filter +key .*");
        assertThat(listed.printed()).containsPattern("(?m)^public +levels +tanks/\\+/level +client-id +2 +served$");
        JsonNode json = tool.asRoot("streams", "list", "public", "--json").json();
        assertThat(json.path("streams").findValuesAsText("name")).contains("levels");

        Ran altered = tool.asRoot("streams", "alter", "public/levels", "--filter", "tanks/#", "--remove", "mqtt.key");
        assertThat(altered.exitCode()).as(altered.printed()).isZero();
        JsonNode seen = tool.asRoot("streams", "get", "public/levels", "--json").json();
        assertThat(seen.path("properties").path("mqtt.filter").asText()).isEqualTo("tanks/#");
        assertThat(seen.path("properties").has("mqtt.key")).isFalse();
        assertThat(tool.asRoot("streams", "get", "public/levels").printed())
                .containsPattern("(?m)^retention.minutes: +10080$");

        Ran deleted = tool.asRoot("streams", "delete", "public/levels");
        assertThat(deleted.exitCode()).as(deleted.printed()).isZero();
        assertThat(tool.asRoot("streams", "get", "public/levels").exitCode()).isNotZero();
    }

    @Test
    void limitsAStreamAndTellsHowFullItIs() throws Exception {
        Ran created = tool.asRoot(
                "streams",
                "create",
                "public/alarms",
                "--filter",
                "alarms/#",
                "--max-messages",
                "2",
                "--max-bytes",
                "2G",
                "--when-full",
                "reject");
        assertThat(created.exitCode()).as(created.printed()).isZero();
        assertThat(created.printed()).containsPattern("(?m)^limits.maxMessages: +2$");
        try (Device device = Device.connect(standalone.mqttPort(), "alarm")) {
            device.publish("alarms/1", "a", MqttQos.AT_LEAST_ONCE);
            device.publish("alarms/1", "b", MqttQos.AT_LEAST_ONCE);
            assertThatThrownBy(() -> device.publish("alarms/1", "c", MqttQos.AT_LEAST_ONCE))
                    .isInstanceOfSatisfying(
                            Mqtt5PubAckException.class,
                            refused -> assertThat(refused.getMqttMessage().getReasonCode())
                                    .isEqualTo(Mqtt5PubAckReasonCode.QUOTA_EXCEEDED));
            assertThat(tool.asRoot("streams", "stats", "public/alarms").printed())
                    .containsPattern("(?m)^messages: +2$")
                    .containsPattern("(?m)^retention.minutes: +10080$")
                    .containsPattern("(?m)^retention.from: +the policy of the Pulsar namespace$")
                    .containsPattern("(?m)^limits.whenFull: +reject$")
                    .containsPattern("(?m)^fullPercent: +100$")
                    .containsPattern("(?m)^broker.appendsFailed.quota_exceeded: +1$");

            Ran altered = tool.asRoot("streams", "alter", "public/alarms", "--when-full", "drop-oldest");
            assertThat(altered.exitCode()).as(altered.printed()).isZero();
            device.publish("alarms/1", "d", MqttQos.AT_LEAST_ONCE);
        }
        JsonNode peeked = tool.asRoot("streams", "peek", "public/alarms", "--from", "earliest", "--json")
                .json();
        assertThat(peeked.path("messages").findValuesAsText("payload")).containsExactly("b", "d");
        assertFails(
                "mqtt.max-messages=many is no number of messages from 1 on",
                tool.asRoot("streams", "alter", "public/alarms", "--max-messages", "many"));

        Ran kept = tool.run(List.of(
                "--auth-plugin",
                AuthenticationToken.class.getName(),
                "--auth-params",
                "token:" + root,
                "topicPolicies",
                "set-retention",
                "persistent://public/streams/alarms",
                "--time",
                "1d",
                "--size",
                "20G"));
        assertThat(kept.exitCode()).as(kept.printed()).isZero();
        assertThat(tool.asRoot("streams", "get", "public/alarms").printed())
                .containsPattern("(?m)^retention.minutes: +1440$")
                .containsPattern("(?m)^retention.from: +the topic's policy$");
    }

    @Test
    void tellsOfMessagesAndOfThePlacesOfSessions() throws Exception {
        tool.asRoot("streams", "create", "public/tides", "--filter", "tides/#");
        try (Device device = DurableClients.durable(standalone.mqttPort(), "tide-job")) {
            device.publish("tides/1", "high", MqttQos.AT_LEAST_ONCE);
            device.publish("tides/1", "low \u001b[31m", MqttQos.AT_LEAST_ONCE);
            device.subscribe("$stream/tides@earliest", MqttQos.AT_LEAST_ONCE);
            device.next(2);
            assertFails("'tide-job' is connected", reset("earliest"));
        }

        assertThat(tool.asRoot("streams", "stats", "public/tides").printed()).containsPattern("(?m)^messages: +2$");
        Ran peeked = tool.asRoot("streams", "peek", "public/tides", "--count", "5");
        assertThat(peeked.printed())
                .containsPattern("(?m)^topic: +tides/1$")
                .containsPattern("(?m)^payload: +low \\\\u001b\\[31m$")
                .contains("2 messages");
        assertThat(tool.asRoot("streams", "peek", "public/tides", "--from", "earliest", "--count", "1", "--json")
                        .json()
                        .path("messages")
                        .findValuesAsText("payload"))
                .containsExactly("high");
        assertThat(tool.asRoot("cursors", "list", "public").printed())
                .containsPattern("(?m)^tide-job +tides +\\$stream/tides@earliest +false$");
        Ran moved = reset("last-1");
        assertThat(moved.exitCode()).as(moved.printed()).isZero();
        assertThat(tool.asRoot("cursors", "get", "public", "--client-id", "tide-job")
                        .printed())
                .containsPattern("(?m)^lag: +1$");
        assertFails(
                "'nobody' of namespace public has no durable session",
                tool.asRoot("cursors", "get", "public", "--client-id", "nobody"));
    }

    private Ran reset(String to) throws Exception {
        return tool.asRoot("cursors", "reset", "public", "--client-id", "tide-job", "--stream", "tides", "--to", to);
    }

    @Test
    void fillsAStreamFromAnotherAndNamesATopicThatHasGrown() throws Exception {
        tool.asRoot("streams", "create", "public/depths", "--filter", "depths/#");
        try (Device device = Device.connect(standalone.mqttPort(), "depth-gauge")) {
            for (int i = 0; i < 3; i++) {
                device.publish("depths/" + i + "/now", "deep", MqttQos.AT_LEAST_ONCE);
            }
        }
        Ran filling = tool.asRoot(
                "streams",
                "create",
                "public/depths-by-place",
                "--filter",
                "depths/+/now",
                "--key",
                "topic[1]",
                "--partitions",
                "2",
                "--from",
                "depths");
        assertThat(filling.exitCode()).as(filling.printed()).isZero();
        assertThat(filling.printed()).containsPattern("(?m)^state: +filling$");
        await().atMost(FILLED_WITHIN)
                .until(() -> tool.asRoot("streams", "get", "public/depths-by-place", "--json")
                        .json()
                        .path("state")
                        .asText()
                        .equals("served"));
        assertThat(tool.asRoot("streams", "get", "public/depths-by-place").printed())
                .containsPattern("(?m)^backfill.copied: +3$");
        assertThat(tool.asRoot("streams", "peek", "public/depths-by-place").printed())
                .contains("3 messages");

        Ran grown = tool.run(List.of(
                "--auth-plugin",
                AuthenticationToken.class.getName(),
                "--auth-params",
                "token:" + root,
                "topics",
                "update-partitioned-topic",
                "persistent://public/streams/depths",
                "-p",
                "3"));
        assertThat(grown.exitCode()).as(grown.printed()).isZero();
        await().atMost(FILLED_WITHIN)
                .until(() -> tool.asRoot("streams", "list", "public").printed().contains("changed from 1 to 3"));
    }

    @Test
    void setsTestsMovesAndDeletesRules() throws Exception {
        Ran set = tool.asRoot(
                "rules",
                "set",
                "public",
                "--rules",
                "[{\"permission\": \"deny\", \"action\": \"subscribe\", \"topic\": \"alarms/#\"}]");
        assertThat(set.exitCode()).as(set.printed()).isZero();
        Ran ofAnna = tool.asRoot(
                "rules",
                "set",
                "public",
                "--username",
                "anna",
                "--rules",
                "{\"permission\": \"allow\", \"topic\": \"alarms/#\", \"qos\": [0, 1]}");
        assertThat(ofAnna.exitCode()).as(ofAnna.printed()).isZero();
        assertThat(tool.asRoot("rules", "list", "public").printed())
                .startsWith("of ")
                .contains("user anna", "alarms/#", "{\"qos\":[0,1]}");
        String[] question = {"rules", "test", "public", "--action", "subscribe", "--topic", "alarms/+", "--json"};
        assertThat(tool.asRoot(question).json().path("decision").asText()).isEqualTo("denied");
        List<String> asAnna = new ArrayList<>(List.of(question));
        asAnna.addAll(List.of("--username", "anna"));
        assertThat(tool.asRoot(asAnna.toArray(new String[0]))
                        .json()
                        .path("decision")
                        .asText())
                .isEqualTo("allowed");
        Path file = Files.createTempFile("rules-", ".json");
        assertThat(tool.asRoot("rules", "export", "public", "--file", file.toString())
                        .exitCode())
                .isZero();
        assertThat(tool.asRoot("rules", "delete", "public", "--everything").printed())
                .contains("2");
        assertThat(tool.asRoot("rules", "list", "public", "--json").json().path("owners"))
                .isEmpty();
        assertThat(tool.asRoot("rules", "import", "public", "--file", file.toString())
                        .printed())
                .contains("set the rules of 2 owners");
        assertThat(tool.asRoot("rules", "get", "public", "--username", "anna", "--json")
                        .json()
                        .path("rules"))
                .hasSize(1);
        tool.asRoot("rules", "delete", "public", "--username", "anna");
        tool.asRoot("rules", "delete", "public");
        assertThat(tool.asRoot("rules", "list", "public", "--json").json().path("owners"))
                .isEmpty();
        assertFails("rule 1: its permission", tool.asRoot("rules", "set", "public", "--rules", "{\"topic\": \"a\"}"));
        assertFails("stranger may not see the rules", tool.as(stranger, "rules", "list", "public"));
    }

    @Test
    void makesSetsUpShowsAndDeletesANamespace() throws Exception {
        Ran created = tool.asRoot("namespaces", "create", "fleetA", "--admin-roles", "fleet-admin,ops");
        assertThat(created.exitCode()).as(created.printed()).isZero();
        assertThat(created.printed())
                .containsPattern("(?m)^adminRoles: +fleet-admin, ops$")
                .containsPattern("(?m)^pulsarNamespaces: +fleetA/streams$");
        Ran set = tool.asRoot("namespaces", "set", "fleetA", "--property", "mqtt.authentication=anonymous");
        assertThat(set.printed()).containsPattern("(?m)^properties.mqtt.authentication: +anonymous$");
        assertFails(
                "there is no property mqtt.colour",
                tool.asRoot("namespaces", "set", "fleetA", "--property", "mqtt.colour=red"));
        assertThat(tool.asRoot("namespaces", "list").printed())
                .containsPattern("(?m)^fleetA +fleet-admin, ops +false +0 +0$");
        assertFails("stranger may not see the settings", tool.as(stranger, "namespaces", "get", "fleetA"));

        Ran exported = tool.asRoot("namespaces", "export", "--format", "csv");
        assertThat(exported.printed())
                .contains("namespace,adminRoles,allowedClusters,mqtt.authentication")
                .contains("fleetA,fleet-admin;ops,standalone,anonymous");
        Path file = Files.writeString(
                Files.createTempFile("namespaces-", ".csv"),
                "namespace,adminRoles,mqtt.authentication\nfleetB,b-admin,anonymous\nfleetC,,\nfleetA,somebody,\n");
        Ran imported = tool.asRoot("namespaces", "import", "--file", file.toString());
        assertThat(imported.exitCode()).isEqualTo(1);
        assertThat(imported.printed())
                .contains("2 of 3 namespaces are as the file has them")
                .contains("fleetA: there is a tenant fleetA with the admin roles [fleet-admin, ops]");
        assertThat(tool.asRoot("namespaces", "get", "fleetB").printed())
                .containsPattern("(?m)^properties.mqtt.authentication: +anonymous$");

        Ran plain = tool.run(List.of(
                "--auth-plugin",
                AuthenticationToken.class.getName(),
                "--auth-params",
                "token:" + root,
                "tenants",
                "delete",
                "fleetA"));
        assertThat(plain.exitCode()).isNotZero();
        Ran deleted = tool.asRoot("namespaces", "delete", "fleetA", "--with-tenant");
        assertThat(deleted.exitCode()).as(deleted.printed()).isZero();
        assertThat(deleted.printed()).containsPattern("(?m)^tenant: +deleted$");
        assertFails("there is no tenant fleetA", tool.asRoot("namespaces", "get", "fleetA"));
    }

    @Test
    void showsAndKicksClients() throws Exception {
        try (Device device = DurableClients.durable(standalone.mqttPort(), "robot-7")) {
            device.subscribe("orders/#", MqttQos.AT_LEAST_ONCE);
            assertThat(tool.asRoot("clients", "list", "public", "--prefix", "robot")
                            .printed())
                    .containsPattern("(?m)^robot-7 +true +true +127.0.0.1 +5.0 ");
            assertThat(tool.asRoot("clients", "get", "public", "--client-id", "robot-7")
                            .printed())
                    .containsPattern("(?m)^orders/# +1$");
            assertThat(tool.asRoot("clients", "ban", "public", "--client-id", "robot-8", "--seconds", "3600")
                            .printed())
                    .containsPattern("(?m)^robot-8 +\\d{4}-");
            assertThat(tool.asRoot("clients", "unban", "public", "--client-id", "robot-8")
                            .printed()
                            .lines())
                    .hasSize(1);
            Ran kicked = tool.asRoot("clients", "kick", "public", "--client-id", "robot-7", "--end-session");
            assertThat(kicked.printed()).containsPattern("(?m)^sessionEnded: +true$");
        }
        assertFails(
                "'robot-7' of namespace public is not connected",
                tool.asRoot("clients", "get", "public", "--client-id", "robot-7"));
    }

    @Test
    void saysInOneSentenceWhatIsWrongAndFails() throws Exception {
        assertFails("the namespace public has no stream 'nothing'", tool.asRoot("streams", "get", "public/nothing"));
        assertFails("'burn' is no action", tool.asRoot("streams", "burn"));
        assertFails("'levels' is no NAMESPACE/STREAM", tool.asRoot("streams", "get", "levels"));
        assertFails("a/#/b", tool.asRoot("streams", "create", "public/wrong", "--filter", "a/#/b"));
        assertFails("the number of partitions is fixed", createThenGrow());
    }

    private Ran createThenGrow() throws Exception {
        assertThat(tool.asRoot("streams", "create", "public/fixed", "--filter", "fixed/#")
                        .exitCode())
                .isZero();
        return tool.asRoot("streams", "alter", "public/fixed", "--partitions", "4");
    }

    private static void assertFails(String reason, Ran ran) {
        assertThat(ran.exitCode()).as(ran.printed()).isEqualTo(1);
        assertThat(ran.printed()).contains(reason).doesNotContain("Exception", "\tat ");
    }

    @Test
    void asksAsWhomTheCommandLineSays() throws Exception {
        assertFails(
                "stranger may not create streams",
                tool.as(stranger, "streams", "create", "public/foreign", "--filter", "foreign/#"));
        assertFails("the request has no credentials: set authPlugin", tool.run(List.of("mqtt", "streams", "list")));
        assertThat(tool.as(stranger, "streams", "list", "--json").json().path("streams"))
                .isEmpty();
    }

    @Test
    void saysWhereItLookedForTheHandlerAndWhatToSet() throws Exception {
        assertFails(
                "does not answer at http://127.0.0.1:1 (--mqtt-url)",
                tool.asRoot("streams", "list", "--mqtt-url", "http://127.0.0.1:1"));
        assertFails(
                "is not the handler's admin API", tool.asRoot("streams", "list", "--mqtt-url", standalone.adminUrl()));
        assertFails("which is no URL such as", tool.asRoot("streams", "list", "--mqtt-url", "broker-1"));
    }

    @Test
    void asksOverTlsWhomItTrusts(@TempDir Path directory) throws Exception {
        CertificateAuthority trusted = new CertificateAuthority(directory, "trusted");
        CertificateAuthority other = new CertificateAuthority(directory, "other");
        try (TlsProxy proxy = new TlsProxy(trusted.issue("broker"), standalone.httpPort())) {
            Path clientConf = directory.resolve("client.conf");
            Files.write(
                    clientConf,
                    List.of(
                            "webServiceUrl=" + proxy.url(),
                            "mqttAdminUrl=" + proxy.url(),
                            "tlsTrustCertsFilePath=" + trusted.file(),
                            "authPlugin=" + AuthenticationToken.class.getName(),
                            "authParams=token:" + root,
                            "customCommandFactories=mqtt",
                            "cliExtensionsDirectory=" + standalone.home().resolve("cliextensions")));
            Ran created =
                    tool.run(List.of("mqtt", "streams", "create", "public/sealed", "--filter", "sealed/#"), clientConf);
            assertThat(created.exitCode()).as(created.printed()).isZero();
            assertThat(tool.run(List.of("mqtt", "streams", "list"), clientConf).printed())
                    .containsPattern("(?m)^public +sealed +sealed/# ");
            int requests = proxy.requests();
            assertThat(requests).isPositive();

            List<String> byOptions = List.of("mqtt", "streams", "get", "public/sealed", "--mqtt-url", proxy.url());
            Ran got = tool.run(trusting(trusted, proxy, byOptions));
            assertThat(got.exitCode()).as(got.printed()).isZero();
            assertThat(got.printed()).containsPattern("(?m)^filter: +sealed/#$");
            assertThat(proxy.requests()).isGreaterThan(requests);

            requests = proxy.requests();
            Ran refused = tool.run(trusting(other, proxy, byOptions));
            assertThat(refused.exitCode()).as(refused.printed()).isEqualTo(1);
            assertThat(refused.printed()).contains("does not answer at " + proxy.url());
            assertThat(proxy.requests())
                    .as("nothing is told to whom it does not trust")
                    .isEqualTo(requests);
        }
    }

    private List<String> trusting(CertificateAuthority authority, TlsProxy proxy, List<String> command) {
        List<String> whole = new ArrayList<>(List.of(
                "--admin-url",
                proxy.url(),
                "--tls-trust-cert-path",
                authority.file().toString(),
                "--auth-plugin",
                AuthenticationToken.class.getName(),
                "--auth-params",
                "token:" + root));
        whole.addAll(command);
        return whole;
    }

    @Test
    void explainsItself() throws Exception {
        assertThat(tool.run(List.of("mqtt", "streams", "--help")).printed())
                .contains("streams get NAMESPACE/STREAM", "--filter", "--mqtt-url");
    }

    @Test
    void runsFromTheLauncher() throws Exception {
        String printed = standalone.magnetar(
                "pulsar-admin",
                "--auth-plugin",
                AuthenticationToken.class.getName(),
                "--auth-params",
                "token:" + root,
                "mqtt",
                "streams",
                "list");

        assertThat(printed).startsWith("namespace ");
    }
}
