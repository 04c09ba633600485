package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.client.FreePorts;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which sources a broker, its listeners and its namespaces ask who a client is. */
@ExtendWith(MqttExtension.class)
class AuthenticationChainTest {
    private static final int NOT_AUTHORIZED = 0x87;

    private static int connect(int port, String clientId) throws Exception {
        try (RawClient client = new RawClient(port)) {
            return client.send(RawClient.connect5(clientId, 60)).read().at(1);
        }
    }

    @Test
    void letsNobodyInUnlessAListenerDoes(EmbeddedPulsar pulsar) throws Exception {
        int open = FreePorts.next();
        Map<String, String> settings = Map.of(
                "mqttAuthentication", "", "mqttListeners", "mqtt://127.0.0.1:" + open + "?authentication=anonymous");
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings)) {
            assertThat(connect(broker.port(), "chain-nobody")).isEqualTo(NOT_AUTHORIZED);
            assertThat(connect(open, "chain-anybody")).isZero();
            assertThat(broker.status()
                            .get()
                            .path("authentication")
                            .path("anybodyMayConnect")
                            .toString())
                    .isEqualTo("[\"mqtt://127.0.0.1:" + open + "\"]");
            try (RawClient three = new RawClient(broker.port())) {
                assertThat(three.send(RawClient.connect311("chain-nobody-3", 60))
                                .read()
                                .body())
                        .containsExactly(0, 5);
            }
        }
    }

    @Test
    void asksThoseOfTheNamespaceAsSoonAsItsOperatorSaysSo(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "chained");
        Map<String, String> settings =
                Map.of("mqttNamespaceFrom", "client-id:/^([^-]+)-/", "mqttTenants", "public|chained");
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings)) {
            assertThat(connect(broker.port(), "chained-1")).isZero();
            pulsar.admin().namespaces().createNamespace("mqtt/chained");
            pulsar.admin().namespaces().setProperty("mqtt/chained", "mqtt.authentication", "anonymous, cards");

            await().atMost(Duration.ofSeconds(10)).until(() -> connect(broker.port(), "chained-1") == NOT_AUTHORIZED);
            assertThat(connect(broker.port(), "public-1")).isZero();

            pulsar.admin().namespaces().setProperty("mqtt/chained", "mqtt.authentication", "anonymous");
            await().atMost(Duration.ofSeconds(10)).until(() -> connect(broker.port(), "chained-1") == 0);
        }
    }

    @Test
    void aSourceThatIsNotThereKeepsTheBrokerFromStarting(EmbeddedPulsar pulsar) {
        assertThatThrownBy(() -> MqttBroker.start(
                        pulsar.broker(),
                        Map.of(
                                "mqttAuthentication",
                                "cards,anonymous",
                                "mqttListeners",
                                "mqtt://127.0.0.1:0?authentication=anonymous+retina")))
                .hasMessageContaining(
                        "mqttAuthentication: there is no source 'cards', or it is not configured; there are ")
                .hasMessageContaining("has authentication: there is no source 'retina', or it is not configured")
                .hasMessageContaining("anonymous");
    }

    @Test
    void aChainThatIsWrittenWrongKeepsTheBrokerFromStarting(EmbeddedPulsar pulsar) {
        assertThatThrownBy(() -> MqttBroker.start(
                        pulsar.broker(),
                        Map.of(
                                "mqttAuthentication",
                                "anonymous,,anonymous",
                                "mqttListeners",
                                "mqtt://127.0.0.1:0?authentication=anonymous+")))
                .hasMessageContaining("mqttAuthentication=anonymous,,anonymous: a source has no name")
                .hasMessageContaining("mqttAuthentication=anonymous,,anonymous: 'anonymous' is there twice")
                .hasMessageContaining("has authentication=anonymous+: a source has no name");
    }
}
