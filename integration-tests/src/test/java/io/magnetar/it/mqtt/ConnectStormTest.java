package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.client.RawClient;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PrometheusMetrics;
import io.magnetar.it.pulsar.PulsarExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that all come at once, with passwords that take long to hash, and who comes beside them. */
@ExtendWith(PulsarExtension.class)
class ConnectStormTest {
    private static final int BAD_USER = 0x86;
    private static final int SERVER_UNAVAILABLE = 0x88;
    /** Half a second or more of one processor each. */
    private static final String SLOW =
            "{\"passwordHash\": \"$pbkdf2-sha512$1000000$c2FsdHNhbHRzYWx0c2FsdA==$" + "A".repeat(86) + "==\"}";

    private static byte[] connect(String clientId, String username, String password) {
        return RawClient.packet(0x10, "MQTT", 5, 0xC2, 0, 60, 0, clientId, username, password);
    }

    private static void createUser(AdminCalls admin, String namespace, String name, String body) throws Exception {
        assertThat(admin.ask("PUT", "namespaces/" + namespace + "/users/" + name, body, null)
                        .status())
                .isEqualTo(201);
    }

    /** On all MQTT brokers of the Pulsar broker: the others have no clients that are users. */
    private static long checks(EmbeddedPulsar pulsar, String source, String outcome) throws Exception {
        String sample = "magnetar_authentication_checks_total{source=\"" + source + "\",outcome=\"" + outcome + "\"} ";
        return PrometheusMetrics.lines(pulsar.broker()).stream()
                .filter(line -> line.startsWith(sample))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(sample.length())))
                .sum();
    }

    @Test
    void aStormInOneNamespaceKeepsNobodyOutOfAnother(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "stormA", "stormB");
        Map<String, String> settings = Map.of(
                "mqttAuthentication", "users",
                "mqttNamespaceFrom", "client-id:/^([^-]+)-/",
                "mqttTenants", "public|storm.*",
                "mqttMaxAuthentications", "10",
                "mqttAuthenticationTimeoutMillis", "120000",
                "mqttConnectTimeoutMillis", "120000");
        List<RawClient> storm = new ArrayList<>();
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings);
                RawClient quiet = new RawClient(broker.port())) {
            AdminCalls admin = new AdminCalls(broker);
            createUser(admin, "stormA", "anna", SLOW);
            createUser(admin, "stormB", "bert", "{\"password\": \"sesame\"}");
            for (int i = 0; i < 12; i++) {
                RawClient client = new RawClient(broker.port());
                storm.add(client);
                client.send(connect("stormA-" + i, "anna", "wrong"));
            }
            await("more than may wait")
                    .untilAsserted(() ->
                            assertThat(checks(pulsar, "users", "unavailable")).isPositive());

            assertThat(quiet.send(connect("stormB-1", "bert", "sesame")).read().at(1))
                    .isZero();
            long before = checks(pulsar, "users", "denied");
            int refused = 0;
            for (RawClient client : storm) {
                int code = client.read().at(1);
                assertThat(code).isIn(BAD_USER, SERVER_UNAVAILABLE);
                refused += code == BAD_USER ? 1 : 0;
            }
            assertThat(before).as("others of the storm still waited then").isLessThan(refused - 1);
            assertThat(checks(pulsar, "users", "denied")).isEqualTo(refused);
            assertThat(checks(pulsar, "users", "unavailable")).isEqualTo(storm.size() - refused);
            assertThat(checks(pulsar, "users", "allowed")).isEqualTo(1);
            assertThat(checks(pulsar, "users", "ignored")).isZero();
        } finally {
            for (RawClient client : storm) {
                client.close();
            }
        }
    }
}
