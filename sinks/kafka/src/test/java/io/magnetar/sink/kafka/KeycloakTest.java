package io.magnetar.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.server.KafkaBroker;
import io.magnetar.sink.server.Keycloak;
import io.magnetar.sink.server.ServerProcess;
import io.magnetar.sink.server.SinkRun;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OAuth with a real authorization server, whose tokens a real broker checks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class KeycloakTest {
    private static final int TOKEN_SECONDS = 10;

    private Keycloak keycloak;
    private KafkaBroker broker;

    @BeforeAll
    void start() throws Exception {
        keycloak = new Keycloak(TOKEN_SECONDS).start();
        broker = new KafkaBroker(keycloak.issuer()).start();
    }

    @AfterAll
    void stop() {
        broker.close();
        keycloak.close();
    }

    private Map<String, Object> configuration(String topic) {
        Map<String, Object> configuration = new HashMap<>();
        configuration.put("bootstrapServers", broker.oauthServers());
        configuration.put("topic", topic);
        configuration.put("authentication", "oauth");
        configuration.put("tokenEndpoint", keycloak.tokenEndpoint());
        configuration.put("clientId", Keycloak.CLIENT);
        configuration.put("clientSecret", Keycloak.SECRET);
        configuration.put("maxDelay", "20ms");
        configuration.put("deliveryTimeout", "5s");
        return configuration;
    }

    @Test
    void recordsGoOnBeyondTheLifeOfATokenAndWithoutTheAuthorizationServer() throws Exception {
        String topic = Topics.make(broker.servers(), 1);
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration(topic))) {
            run.write("k", "first", Map.of());
            await().atMost(Duration.ofSeconds(60)).until(() -> run.acknowledged() == 1);
            // The broker asks for a new token on the same connection before the old one ends.
            long end = System.nanoTime() + Duration.ofSeconds(3 * TOKEN_SECONDS).toNanos();
            int[] written = {1};
            await().atMost(Duration.ofSeconds(6 * TOKEN_SECONDS))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> {
                        run.write("k", "more", Map.of());
                        written[0]++;
                        return System.nanoTime() > end;
                    });
            await().atMost(Duration.ofSeconds(60)).until(() -> run.acknowledged() == written[0]);
            assertThat(run.metric("retries")).isZero();

            keycloak.process().kill();
            await().atMost(Duration.ofSeconds(12 * TOKEN_SECONDS))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> {
                        run.write("k", "without", Map.of());
                        written[0]++;
                        return run.metric("retries") > 0;
                    });
            keycloak.start();
            await().atMost(Duration.ofMinutes(2)).until(() -> run.acknowledged() == written[0]);
            assertThat(run.fatal()).isNull();
        }
    }

    /**
     * The examples of {@code pulsar-conf/sinks} with a login by OAuth. Confluent Cloud itself is not here: its example runs
     * against the same broker, which takes the extensions of SASL and has no use for them.
     */
    @ParameterizedTest
    @ValueSource(strings = {"kafka-oauth", "confluent"})
    void anExampleProducesWithItsLogin(String name) throws Exception {
        Map<String, Object> configuration = Examples.configuration(name);
        String topic = Topics.make(broker.servers(), 1);
        configuration.put("bootstrapServers", broker.oauthTlsServers());
        configuration.put("caFile", broker.server().certificate().toString());
        configuration.put("tokenEndpoint", keycloak.tokenEndpoint());
        assertThat(configuration).containsEntry("clientId", Keycloak.CLIENT).containsEntry("scope", "kafka");
        configuration.put("clientSecret", Keycloak.SECRET);
        configuration.put("topic", topic);
        try (SinkRun run = new SinkRun(new KafkaSink(), configuration)) {
            run.write("k", "{}", Map.of("mqtt.topic", "a/b", "mqtt.client-id", "k"));
            await().atMost(Duration.ofSeconds(60)).until(() -> run.acknowledged() == 1);
        }
        assertThat(Topics.read(broker.servers(), topic))
                .singleElement()
                .satisfies(record -> assertThat(record.key()).isEqualTo("k"));
    }

    @Test
    void bothWaysToShowTheSecretAreTaken() throws Exception {
        Map<String, Object> configuration = configuration(Topics.make(broker.servers(), 1));
        configuration.put("clientAuthentication", "body");
        configuration.put("scope", "kafka");
        configuration.put("audience", "kafka");
        configuration.put("logicalCluster", "lkc-1");
        configuration.put("test", true);
        new SinkRun(new KafkaSink(), configuration).close();
    }

    @Test
    void whatIsWrongIsSaidAtTheStartWithoutTheSecret() throws Exception {
        Map<String, Object> configuration = configuration(Topics.make(broker.servers(), 1));
        configuration.put("clientSecret", "wr0ng");
        assertThatExceptionOfType(PermanentFailure.class)
                .isThrownBy(() -> new SinkRun(new KafkaSink(), configuration))
                .withMessageContainingAll("answers 401", "unauthorized_client", "look at clientId sink, clientSecret")
                .withMessageNotContaining("wr0ng");

        configuration.put("clientSecret", Keycloak.SECRET);
        configuration.put("scope", "no-such-scope");
        assertThatExceptionOfType(PermanentFailure.class)
                .isThrownBy(() -> new SinkRun(new KafkaSink(), configuration))
                .withMessageContainingAll("answers 400", "invalid_scope");

        configuration.remove("scope");
        configuration.put("test", true);
        configuration.put("tokenEndpoint", "http://127.0.0.1:" + ServerProcess.freePort() + "/token");
        assertThatExceptionOfType(PermanentFailure.class)
                .isThrownBy(() -> new SinkRun(new KafkaSink(), configuration))
                .withMessageContaining("cannot reach the token endpoint");
    }
}
