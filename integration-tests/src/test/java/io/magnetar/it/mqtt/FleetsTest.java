package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.mqtt.AdminCalls.Answer;
import io.magnetar.it.pulsar.PrometheusMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.AuthenticationFactory;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.common.policies.data.AuthAction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A service for three fleets on one cluster: the same client identifiers, topics and streams, and users, rules, data engineers and
 * metrics of their own. One of them leaves in the end.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FleetsTest {
    private static final List<String> FLEETS = List.of("fleetA", "fleetB", "fleetC");
    private static final String TOPIC = "sensors/1/readings";
    private static final String REPLAY = "$s/earliest/sensors/+/readings";

    private static GuardedPulsar pulsar;
    private static AdminCalls admin;

    @BeforeAll
    static void start() throws Exception {
        pulsar = new GuardedPulsar(Map.of(
                "mqttAuthentication", "users",
                "mqttNamespaceFrom", "username:/^([^-]+)-/",
                "mqttRequireNamespace", "true",
                "mqttTenants", "fleet[ABC]"));
        admin = new AdminCalls(pulsar.mqtt());
        for (String fleet : FLEETS) {
            pulsar.createTenant(fleet, fleet + "-admin");
            made(
                    "PUT",
                    "namespaces/" + fleet + "/users/" + fleet + "-device",
                    "{\"password\": \"of " + fleet + "\"}",
                    fleet);
            made(
                    "PUT",
                    "streams/" + fleet + "/readings",
                    "{\"partitions\": 1, \"properties\": {\"mqtt.filter\": \"sensors/+/readings\"}}",
                    fleet);
            pulsar.cluster()
                    .admin()
                    .namespaces()
                    .grantPermissionOnNamespace(fleet + "/streams", fleet + "-engineer", Set.of(AuthAction.consume));
        }
        made(
                "PUT",
                "namespaces/fleetA/rules/all",
                "{\"rules\": [{\"permission\": \"deny\", \"action\": \"publish\", \"topic\": \"alarms/#\"}]}",
                "fleetA");
    }

    @AfterAll
    static void stop() throws Exception {
        pulsar.close();
    }

    /** Done by the fleet's own admin. */
    private static void made(String method, String path, String body, String fleet) throws Exception {
        Answer answer = admin.ask(method, path, body, pulsar.token(fleet + "-admin"));
        assertThat(answer.status()).as(path + ": " + answer.body()).isIn(200, 201);
    }

    private static Device truck(String fleet) {
        return Device.connect(
                pulsar.mqtt().port(),
                "truck-1",
                Mqtt5Connect.builder()
                        .simpleAuth()
                        .username(fleet + "-device")
                        .password(("of " + fleet).getBytes(UTF_8))
                        .applySimpleAuth()
                        .build());
    }

    private static int code(String username, String password) throws Exception {
        return Tenants.code(
                        pulsar.mqtt(), RawClient.packet(0x10, "MQTT", 5, 0xC2, 0, 60, 0, "truck-2", username, password))
                .at(1);
    }

    private static List<String> readBy(String role, String fleet, int messages) throws Exception {
        List<String> read = new ArrayList<>();
        try (PulsarClient client = PulsarClient.builder()
                        .serviceUrl(pulsar.broker().getBrokerServiceUrl())
                        .authentication(AuthenticationFactory.token(pulsar.token(role)))
                        .build();
                Reader<byte[]> reader = client.newReader(Schema.BYTES)
                        .topic("persistent://" + fleet + "/streams/readings-partition-0")
                        .startMessageId(org.apache.pulsar.client.api.MessageId.earliest)
                        .create()) {
            for (int i = 0; i < messages; i++) {
                Message<byte[]> message = reader.readNext(20, TimeUnit.SECONDS);
                assertThat(message).as("message " + i).isNotNull();
                read.add(new String(message.getValue(), UTF_8));
            }
        }
        return read;
    }

    @Test
    @Order(1)
    void eachFleetHasItsOwnDevicesTopicsAndStreams() throws Exception {
        for (String fleet : FLEETS) {
            try (Device truck = truck(fleet)) {
                truck.publish(TOPIC, "1 of " + fleet, MqttQos.AT_LEAST_ONCE);
                truck.publish(TOPIC, "2 of " + fleet, MqttQos.EXACTLY_ONCE);
            }
        }
        for (String fleet : FLEETS) {
            try (Device truck = truck(fleet)) {
                truck.subscribe(REPLAY, MqttQos.AT_LEAST_ONCE);
                truck.publish(TOPIC, "3 of " + fleet, MqttQos.AT_LEAST_ONCE);
                assertThat(truck.next(3)).containsExactly("1 of " + fleet, "2 of " + fleet, "3 of " + fleet);
            }
        }
    }

    @Test
    @Order(2)
    void aUserOfOneFleetIsNobodyInAnother() throws Exception {
        assertThat(code("fleetA-device", "of fleetA")).isZero();
        assertThat(code("fleetA-device", "of fleetB")).isEqualTo(Tenants.BAD_USER_NAME);
        assertThat(code("fleetB-stranger", "of fleetB")).isEqualTo(Tenants.BAD_USER_NAME);
        assertThat(code("device", "of fleetA")).as("of no fleet").isEqualTo(Tenants.NOT_AUTHORIZED);
        assertThat(code("fleetD-device", "of fleetA"))
                .as("of one that is not there")
                .isNotZero();
    }

    @Test
    @Order(3)
    void theRulesOfOneFleetAreNotThoseOfAnother() throws Exception {
        try (Device a = truck("fleetA");
                Device b = truck("fleetB")) {
            assertThatThrownBy(() -> a.publish("alarms/1", "x", MqttQos.AT_LEAST_ONCE))
                    .isInstanceOfSatisfying(
                            Mqtt5PubAckException.class,
                            refused -> assertThat(refused.getMqttMessage()
                                            .getReasonCode()
                                            .getCode())
                                    .isEqualTo(Tenants.NOT_AUTHORIZED));
            b.publish("alarms/1", "x", MqttQos.AT_LEAST_ONCE);
            assertThat(a.client().getState().isConnected()).isTrue();
        }
    }

    @Test
    @Order(4)
    void aDataEngineerReadsTheStreamsOfItsFleetThroughPulsar() throws Exception {
        assertThat(readBy("fleetA-engineer", "fleetA", 3)).containsExactly("1 of fleetA", "2 of fleetA", "3 of fleetA");
        assertThatThrownBy(() -> readBy("fleetA-engineer", "fleetB", 1))
                .isInstanceOf(PulsarClientException.AuthorizationException.class);
    }

    @Test
    @Order(5)
    void anAdminSeesTheNumbersOfItsFleet() throws Exception {
        try (Device a = truck("fleetA")) {
            assertThat(a.client().getState().isConnected()).isTrue();
            await().untilAsserted(() -> assertThat(PrometheusMetrics.samples(pulsar.broker()))
                    .containsEntry("magnetar_connections{namespace=\"fleetA\"}", "1"));
            Answer own = admin.ask("GET", "namespaces/fleetA/stats", "", pulsar.token("fleetA-admin"));
            assertThat(own.body().path("connections").asInt()).isOne();
        }
    }

    @Test
    @Order(6)
    void aFleetThatLeavesTakesEverythingWithItAndTheOthersStay() throws Exception {
        try (Device b = truck("fleetB");
                Device c = truck("fleetC")) {
            c.subscribe(TOPIC, MqttQos.AT_LEAST_ONCE);

            Answer deleted = admin.ask("DELETE", "namespaces/fleetB?withTenant=true", "", pulsar.token("root"));

            assertThat(deleted.status()).as(deleted.toString()).isEqualTo(200);
            await().until(() -> !b.client().getState().isConnected());
            assertThat(pulsar.cluster().admin().tenants().getTenants())
                    .contains("fleetA", "fleetC")
                    .doesNotContain("fleetB");
            assertThat(code("fleetB-device", "of fleetB")).isNotZero();
            assertThat(c.client().getState().isConnected()).isTrue();
        }
        eachFleetStillWorks("fleetA");
        eachFleetStillWorks("fleetC");
    }

    private static void eachFleetStillWorks(String fleet) throws Exception {
        try (Device truck = truck(fleet)) {
            truck.subscribe(REPLAY, MqttQos.AT_LEAST_ONCE);
            assertThat(truck.next(3)).containsExactly("1 of " + fleet, "2 of " + fleet, "3 of " + fleet);
        }
    }
}
