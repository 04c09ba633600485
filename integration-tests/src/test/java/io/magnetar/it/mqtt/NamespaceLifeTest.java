package io.magnetar.it.mqtt;

import static io.magnetar.it.mqtt.Tenants.NOT_AUTHORIZED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pulsar.common.policies.data.ClusterData;
import org.apache.pulsar.common.policies.data.TenantInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of a namespace when its broker ends, and when its tenant does. */
@ExtendWith(MqttExtension.class)
class NamespaceLifeTest {
    private static final int DISCONNECT = 14;
    private static final int ADMINISTRATIVE_ACTION = 0x98;
    private static final int SERVER_UNAVAILABLE = 0x88;

    private static MqttBroker start(EmbeddedPulsar pulsar, String name, String tenants) throws Exception {
        Map<String, String> settings =
                new HashMap<>(Map.of("mqttNamespaceFrom", "username", "mqttTenants", tenants, "mqttBrokerName", name));
        return MqttBroker.start(pulsar.broker(), settings);
    }

    private static byte[] durable(String clientId, String username) {
        return RawClient.packet(0x10, "MQTT", 5, 0x80, 0, 60, 5, 0x11, 0, 0, 14, 16, clientId, username);
    }

    @Test
    void durableSessionsOfTwoNamespacesGoOnAfterARestartEachWithItsOwn(EmbeddedPulsar pulsar) throws Exception {
        List<String> tenants = List.of("lifeA", "lifeB");
        Tenants.create(pulsar, "lifeA", "lifeB");
        try (MqttBroker before = start(pulsar, "life-restart", "public|life[AB]")) {
            for (String tenant : tenants) {
                try (Device device = Tenants.durable(before, tenant, "sleeper")) {
                    device.subscribe("life/#", MqttQos.EXACTLY_ONCE);
                    device.subscribe("$share/g/group/#", MqttQos.AT_LEAST_ONCE);
                    device.retain("kept/state", "state of " + tenant);
                }
                try (Device publisher = Tenants.device(before, tenant, "publisher")) {
                    publisher.publish("life/x", "before in " + tenant, MqttQos.AT_LEAST_ONCE);
                    publisher.publish("group/x", "group in " + tenant, MqttQos.AT_LEAST_ONCE);
                }
            }
        }
        try (MqttBroker after = start(pulsar, "life-restart", "public|life[AB]")) {
            assertThat(after.status().get().path("namespaces").path("open").asInt())
                    .as("those of recorded sessions are open before the first client")
                    .isEqualTo(3);
            for (String tenant : tenants) {
                try (Device publisher = Tenants.device(after, tenant, "publisher")) {
                    publisher.publish("life/x", "after in " + tenant, MqttQos.EXACTLY_ONCE);
                }
            }
            for (String tenant : tenants) {
                try (Device device = Tenants.durable(after, tenant, "sleeper")) {
                    assertThat(device.next(3))
                            .containsExactlyInAnyOrder(
                                    "before in " + tenant, "after in " + tenant, "group in " + tenant);
                    device.subscribe("kept/#", MqttQos.AT_LEAST_ONCE);
                    assertThat(device.next(1)).containsExactly("state of " + tenant);
                }
            }
        }
    }

    @Test
    void sessionsOfANamespaceThatIsNotServedWaitUntilItIs(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "paused");
        try (MqttBroker before = start(pulsar, "life-paused", "public|paused");
                Device device = Tenants.durable(before, "paused", "sleeper")) {
            device.subscribe("paused/x", MqttQos.AT_LEAST_ONCE);
        }
        try (MqttBroker without = start(pulsar, "life-paused", "public")) {
            assertThat(Tenants.code(without, "sleeper", "paused")).isEqualTo(NOT_AUTHORIZED);
        }
        try (MqttBroker after = start(pulsar, "life-paused", "public|paused");
                RawClient client = new RawClient(after.port())) {
            assertThat(client.send(durable("sleeper", "paused")).read().at(0))
                    .as("session present")
                    .isEqualTo(1);
        }
    }

    @Test
    void aDeletedTenantTakesItsClientsSessionsAndMessagesWithIt(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "doomed");
        try (MqttBroker broker = start(pulsar, "life-doomed", "public|doomed");
                RawClient connected = new RawClient(broker.port());
                Device inPublic = Device.connect(broker.port(), "bystander")) {
            try (Device absent = Tenants.durable(broker, "doomed", "absent")) {
                absent.subscribe("doomed/#", MqttQos.AT_LEAST_ONCE);
                absent.retain("doomed/state", "old");
            }
            connected.send(durable("connected", "doomed")).read();
            connected.send(RawClient.subscribe5("doomed/#", 1)).read();

            pulsar.admin().tenants().deleteTenant("doomed", true);

            RawPacket last = connected.read();
            while (last.type() != DISCONNECT) {
                last = connected.read();
            }
            assertThat(last.at(0)).isEqualTo(ADMINISTRATIVE_ACTION);
            assertThat(Tenants.code(broker, "connected", "doomed")).isEqualTo(NOT_AUTHORIZED);
            assertThat(inPublic.client().getState().isConnected()).isTrue();
            assertThat(broker.status().get().path("namespaces").path("open").asInt())
                    .isEqualTo(1);

            Tenants.create(pulsar, "doomed");
            for (String clientId : List.of("absent", "connected")) {
                await().atMost(Duration.ofSeconds(5))
                        .until(() -> Tenants.code(broker, clientId + "-probe", "doomed") == Tenants.SUCCESS);
                RawPacket connAck = Tenants.code(broker, durable(clientId, "doomed"));
                assertThat(connAck.at(1)).isZero();
                assertThat(connAck.at(0)).as("no session of %s", clientId).isZero();
            }
            try (Device again = Tenants.durable(broker, "doomed", "absent")) {
                again.subscribe("doomed/#", MqttQos.AT_LEAST_ONCE);
                again.retain("doomed/state", "new");
                assertThat(again.next(1)).containsExactly("new");
            }
        }
    }

    @Test
    void aBrokerStartsWhoseSessionsAreOfATenantThatWasDeletedMeanwhile(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "vanished");
        try (MqttBroker before = start(pulsar, "life-vanished", "public|vanished");
                Device device = Tenants.durable(before, "vanished", "sleeper")) {
            device.subscribe("vanished/x", MqttQos.AT_LEAST_ONCE);
            device.subscribe("$share/g/vanished/y", MqttQos.AT_LEAST_ONCE);
        }
        pulsar.admin().tenants().deleteTenant("vanished", true);
        try (MqttBroker after = start(pulsar, "life-vanished", "public|vanished")) {
            assertThat(Tenants.code(after, "sleeper", "vanished")).isEqualTo(NOT_AUTHORIZED);
        }
        Tenants.create(pulsar, "vanished");
        try (MqttBroker again = start(pulsar, "life-vanished", "public|vanished");
                RawClient client = new RawClient(again.port())) {
            assertThat(client.send(durable("sleeper", "vanished")).read().at(0))
                    .as("no session")
                    .isZero();
        }
    }

    @Test
    void aTenantThatCannotBeOpenedKeepsNoOtherFromStartingAndItsSessionsGoOnWhenItCan(EmbeddedPulsar pulsar)
            throws Exception {
        Tenants.create(pulsar, "stuck");
        try (MqttBroker before = start(pulsar, "life-stuck", "public|stuck");
                Device device = Tenants.durable(before, "stuck", "sleeper")) {
            device.subscribe("stuck/x", MqttQos.AT_LEAST_ONCE);
            device.publish("stuck/x", "kept", MqttQos.AT_LEAST_ONCE);
            assertThat(device.next(1)).containsExactly("kept");
        }
        pulsar.admin().namespaces().deleteNamespace("stuck/streams");
        allowClusters(pulsar, "stuck", "elsewhere");
        try (MqttBroker after = start(pulsar, "life-stuck", "public|stuck")) {
            assertThat(Tenants.code(after, "other", "public")).isEqualTo(Tenants.SUCCESS);
            assertThat(Tenants.code(after, "sleeper", "stuck")).isEqualTo(SERVER_UNAVAILABLE);

            allowClusters(pulsar, "stuck", EmbeddedPulsar.CLUSTER);

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(after.status()
                                    .get()
                                    .path("namespaces")
                                    .path("open")
                                    .asInt())
                            .as("opened without a client")
                            .isEqualTo(2));
            try (Device publisher = Tenants.device(after, "stuck", "publisher")) {
                publisher.publish("stuck/x", "for one who is absent", MqttQos.AT_LEAST_ONCE);
            }
            try (Device device = Tenants.durable(after, "stuck", "sleeper")) {
                assertThat(device.next(1)).containsExactly("for one who is absent");
            }
        }
    }

    private static void allowClusters(EmbeddedPulsar pulsar, String tenant, String cluster) throws Exception {
        if (!pulsar.admin().clusters().getClusters().contains(cluster)) {
            pulsar.admin()
                    .clusters()
                    .createCluster(
                            cluster,
                            ClusterData.builder()
                                    .serviceUrl("http://127.0.0.1:1")
                                    .build());
        }
        pulsar.admin()
                .tenants()
                .updateTenant(
                        tenant,
                        TenantInfo.builder().allowedClusters(Set.of(cluster)).build());
    }

    @Test
    void anotherBrokersFirstRetainedMessageIsSeen(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "lent");
        try (MqttBroker one = start(pulsar, "life-one", "public|lent");
                MqttBroker other = start(pulsar, "life-other", "public|lent");
                Device early = Tenants.device(other, "lent", "early")) {
            try (Device publisher = Tenants.device(one, "lent", "publisher")) {
                publisher.retain("lent/state", "first of all");
            }
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                early.client().unsubscribeWith().topicFilter("lent/#").send();
                early.subscribe("lent/#", MqttQos.AT_LEAST_ONCE);
                early.publish("lent/mark", "mark", MqttQos.AT_LEAST_ONCE);
                assertThat(early.next(1)).containsExactly("first of all");
            });
        }
    }
}
