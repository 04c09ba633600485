package io.magnetar.it.mqtt;

import static io.magnetar.it.mqtt.Tenants.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.magnetar.it.client.RawClient;
import java.time.Duration;
import java.util.Map;
import org.apache.pulsar.client.admin.Namespaces;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.admin.PulsarAdminException.NotAuthorizedException;
import org.apache.pulsar.client.api.AuthenticationFactory;
import org.junit.jupiter.api.Test;

/** On a Pulsar that authorizes, who may say what a namespace may use. */
class LimitsOfTheOperatorTest {
    private static final int QUOTA_EXCEEDED = 0x97;

    private static PulsarAdmin admin(GuardedPulsar pulsar, String role) throws Exception {
        return PulsarAdmin.builder()
                .serviceHttpUrl(pulsar.cluster().broker().getWebServiceAddress())
                .authentication(AuthenticationFactory.token(pulsar.token(role)))
                .build();
    }

    @Test
    void aTenantsOwnAdminCannotRaiseThem() throws Exception {
        try (GuardedPulsar pulsar =
                        new GuardedPulsar(Map.of("mqttNamespaceFrom", "username", "mqttTenants", "public|own.*"));
                PulsarAdmin operator = admin(pulsar, "root");
                PulsarAdmin owner = admin(pulsar, "owner")) {
            pulsar.createTenant("ownA", "owner");
            operator.namespaces().createNamespace("mqtt/ownA");
            operator.namespaces().setProperty("mqtt/ownA", "mqtt.max-connections", "1");
            try (RawClient one = new RawClient(pulsar.mqtt().port())) {
                assertThat(one.send(Tenants.connect5("one", "ownA")).read().at(1))
                        .isZero();
                assertThat(Tenants.code(pulsar.mqtt(), "two", "ownA")).isEqualTo(QUOTA_EXCEEDED);

                Namespaces theirs = owner.namespaces();
                Map<String, String> raised = Map.of("mqtt.max-connections", "1000");
                assertThatThrownBy(() -> theirs.setProperties("mqtt/ownA", raised))
                        .isInstanceOf(NotAuthorizedException.class);
                assertThatThrownBy(() -> theirs.setProperty("mqtt/ownA", "mqtt.max-connections", "1000"))
                        .isInstanceOf(NotAuthorizedException.class);
                assertThatThrownBy(() -> theirs.removeProperty("mqtt/ownA", "mqtt.max-connections"))
                        .isInstanceOf(NotAuthorizedException.class);
                assertThatThrownBy(() -> theirs.clearProperties("mqtt/ownA"))
                        .isInstanceOf(NotAuthorizedException.class);
                assertThatThrownBy(() -> theirs.deleteNamespace("mqtt/ownA"))
                        .isInstanceOf(NotAuthorizedException.class);
                assertThatThrownBy(() -> theirs.getProperties("mqtt/ownA")).isInstanceOf(NotAuthorizedException.class);
                assertThatThrownBy(() -> theirs.createNamespace("mqtt/ownB"))
                        .isInstanceOf(NotAuthorizedException.class);

                // In a namespace of its own it may say what it likes, and nobody listens.
                theirs.setProperties("ownA/streams", raised);
                theirs.createNamespace("ownA/mqtt-limits");
                theirs.setProperties("ownA/mqtt-limits", raised);
                operator.namespaces().setProperty("mqtt/ownA", "mqtt.max-payload-bytes", "5");
                await("a later word of the operator is in force")
                        .atMost(Duration.ofSeconds(2))
                        .until(() -> {
                            one.send(RawClient.publish5("own/x", 1, 1, "longer"));
                            RawClient.RawPacket answer = one.read();
                            return answer.body().length > 2 && answer.at(2) == QUOTA_EXCEEDED;
                        });
                assertThat(Tenants.code(pulsar.mqtt(), "two", "ownA")).isEqualTo(QUOTA_EXCEEDED);

                operator.namespaces().setProperty("mqtt/ownA", "mqtt.max-connections", "2");
                await().atMost(Duration.ofSeconds(2))
                        .until(() -> Tenants.code(pulsar.mqtt(), "two", "ownA") == SUCCESS);
            }
        }
    }
}
