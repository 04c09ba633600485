package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.FreePorts;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Namespaces as mountpoints in one space of topics, and listeners with mountpoints. A mark ends what each must get. */
@ExtendWith(MqttExtension.class)
class MountpointsTest {
    private static final String SHARED = "mountshared";

    private static MqttBroker broker;
    private static int sitesPort;

    @BeforeAll
    static void start(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, SHARED, "mountA", "mountB");
        sitesPort = FreePorts.next();
        broker = MqttBroker.start(
                pulsar.broker(),
                Map.of(
                        "mqttNamespaceFrom", "username",
                        "mqttTenants", "mount.*",
                        "mqttDefaultNamespace", SHARED,
                        "mqttNamespaceAsMountpoint", "true",
                        "mqttListeners", "mqtt://127.0.0.1:" + sitesPort + "?mountpoint=sites/${clientid}/"));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** One that has all topics. */
    private static Device global(String clientId) {
        return Device.connect(broker.port(), clientId);
    }

    @Test
    void eachNamespaceIsBelowItsName() throws Exception {
        try (Device a = Tenants.device(broker, "mountA", "twin");
                Device b = Tenants.device(broker, "mountB", "twin");
                Device all = global("eachNamespace-all")) {
            a.subscribe("#", MqttQos.EXACTLY_ONCE);
            b.subscribe("twin/+", MqttQos.AT_LEAST_ONCE);
            all.subscribe("+/twin/#", MqttQos.AT_LEAST_ONCE);

            a.publish("twin/topic", "of A", MqttQos.EXACTLY_ONCE);
            b.publish("twin/topic", "of B", MqttQos.AT_MOST_ONCE);
            all.publish("mountB/twin/mark", "to B", MqttQos.AT_LEAST_ONCE);

            assertThat(a.next().getTopic()).hasToString("twin/topic");
            assertThat(b.next(2)).containsExactly("of B", "to B");
            assertThat(all.next(3)).containsExactlyInAnyOrder("of A", "of B", "to B");

            a.client().unsubscribeWith().topicFilter("#").send();
            a.publish("twin/topic", "missed", MqttQos.AT_LEAST_ONCE);
            a.subscribe("mark", MqttQos.AT_LEAST_ONCE);
            a.publish("mark", "A's mark", MqttQos.AT_LEAST_ONCE);
            assertThat(a.next(1)).containsExactly("A's mark");
        }
    }

    @Test
    void aBanAndADeletionEndTheConnectionsOfTheirNamespaceOnly(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "mountGone");
        AdminCalls admin = new AdminCalls(broker);
        try (RawClient banned = new RawClient(broker.port());
                RawClient gone = new RawClient(broker.port());
                RawClient stays = new RawClient(broker.port())) {
            assertThat(banned.send(Tenants.connect5("bad", "mountA")).read().at(1))
                    .isZero();
            assertThat(gone.send(Tenants.connect5("bad", "mountGone")).read().at(1))
                    .isZero();
            assertThat(stays.send(Tenants.connect5("bad", "mountB")).read().at(1))
                    .isZero();

            assertThat(admin.ask("PUT", "bans/mountA", "{\"clientId\": \"bad\"}", null)
                            .status())
                    .isEqualTo(200);
            assertThat(banned.read().header()).as("DISCONNECT").isEqualTo(0xE0);
            assertThat(admin.ask("DELETE", "bans/mountA?clientId=bad", "", null).status())
                    .isEqualTo(200);

            assertThat(admin.ask("DELETE", "namespaces/mountGone?withTenant=true", "", null)
                            .status())
                    .isEqualTo(200);
            RawClient.RawPacket goodbye = gone.read();
            assertThat(goodbye.header()).isEqualTo(0xE0);
            assertThat(Tenants.text(goodbye)).contains("the namespace was deleted");

            assertThat(stays.send(RawClient.packet(0xC0)).read().type())
                    .as("PINGRESP")
                    .isEqualTo(13);
        }
    }

    @Test
    void retainedMessagesAndWillsAreMountedToo() throws Exception {
        try (Device a = Tenants.device(broker, "mountA", "keeper");
                Device all = global("retained-all")) {
            a.retain("kept/of-it", "retained");
            try (RawClient dies = new RawClient(broker.port())) {
                dies.send(RawClient.packet(0x10, "MQTT", 5, 0x8E, 0, 60, 0, "dies", 0, "kept/will", "gone", "mountA"))
                        .read();
                a.subscribe("kept/#", MqttQos.AT_LEAST_ONCE);
                assertThat(a.next(1)).containsExactly("retained");
            }
            Mqtt5Publish will = a.next();
            assertThat(will.getTopic()).hasToString("kept/will");
            all.subscribe("mountA/kept/#", MqttQos.AT_LEAST_ONCE);
            assertThat(all.next().getTopic()).hasToString("mountA/kept/of-it");
        }
    }

    @Test
    void groupsOfOneNameAreTwo() throws Exception {
        try (Device a = Tenants.device(broker, "mountA", "worker");
                Device b = Tenants.device(broker, "mountB", "worker")) {
            a.subscribe("$share/workers/jobs/#", MqttQos.AT_LEAST_ONCE);
            b.subscribe("$share/workers/jobs/#", MqttQos.AT_LEAST_ONCE);
            for (int i = 0; i < 3; i++) {
                a.publish("jobs/" + i, "A" + i, MqttQos.AT_LEAST_ONCE);
                b.publish("jobs/" + i, "B" + i, MqttQos.AT_LEAST_ONCE);
            }
            assertThat(a.next(3)).containsExactly("A0", "A1", "A2");
            assertThat(b.next(3)).containsExactly("B0", "B1", "B2");
        }
    }

    @Test
    void aStreamShowsEachNamespaceWhatIsBelowIt(EmbeddedPulsar pulsar) throws Exception {
        try (Device a = Tenants.device(broker, "mountA", "reader");
                Device b = Tenants.device(broker, "mountB", "reader")) {
            Tenants.createStream(pulsar, broker, SHARED, "readings", "+/readings/#");
            Tenants.createStream(pulsar, broker, SHARED, "everything", "#");
            a.publish("readings/1", "A1", MqttQos.AT_LEAST_ONCE);
            b.publish("readings/1", "B1", MqttQos.AT_LEAST_ONCE);
            a.publish("readings/1", "A2", MqttQos.AT_LEAST_ONCE);

            a.subscribe("$s/earliest/readings/+", MqttQos.AT_LEAST_ONCE);
            Mqtt5Publish first = a.next();
            assertThat(first.getTopic()).hasToString("readings/1");
            assertThat(Device.text(first)).isEqualTo("A1");
            assertThat(a.next(1)).containsExactly("A2");
            assertThat(b.subscribe("$stream/everything@earliest", MqttQos.AT_LEAST_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_1);
            assertThat(b.next(1)).containsExactly("B1");
            b.publish("readings/2", "B2", MqttQos.AT_LEAST_ONCE);
            assertThat(b.next(1)).containsExactly("B2");
            b.client().unsubscribeWith().topicFilter("$stream/everything").send();
            assertThat(b.subscribe("$share/g/$s/earliest/readings/#", MqttQos.AT_LEAST_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.GRANTED_QOS_1);
            assertThat(b.next(2)).containsExactly("B1", "B2");
        }
    }

    @Test
    void aDurableSessionGoesOnBelowItsNamespace() throws Exception {
        try (Device a = Tenants.durable(broker, "mountA", "sleeper");
                Device b = Tenants.durable(broker, "mountB", "sleeper")) {
            a.subscribe("owed/#", MqttQos.AT_LEAST_ONCE);
            b.subscribe("owed/#", MqttQos.AT_LEAST_ONCE);
        }
        try (Device all = global("durable-all")) {
            all.publish("mountA/owed/1", "to A", MqttQos.AT_LEAST_ONCE);
            all.publish("mountB/owed/1", "to B", MqttQos.AT_LEAST_ONCE);
        }
        try (Device a = Tenants.durable(broker, "mountA", "sleeper");
                Device b = Tenants.durable(broker, "mountB", "sleeper")) {
            Mqtt5Publish owed = a.next();
            assertThat(owed.getTopic()).hasToString("owed/1");
            assertThat(Device.text(owed)).isEqualTo("to A");
            assertThat(b.next(1)).containsExactly("to B");
        }
    }

    @Test
    void nobodyTakesTheIdentifierOfAnotherNamespacesClient() throws Exception {
        assertThat(Tenants.code(broker, RawClient.packet(0x10, "MQTT", 5, 0x02, 0, 60, 0, "mountA/twin"))
                        .at(1))
                .isEqualTo(Tenants.CLIENT_IDENTIFIER_NOT_VALID);
    }

    @Test
    void theMountpointOfAListenerGoesBeforeThatOfTheNamespace() throws Exception {
        Mqtt5Connect ofA = Mqtt5Connect.builder()
                .simpleAuth()
                .username("mountA")
                .applySimpleAuth()
                .build();
        try (Device site = Device.connect(sitesPort, "seven", ofA);
                Device all = global("listener-all");
                RawClient climber = new RawClient(sitesPort)) {
            all.subscribe("sites/#", MqttQos.AT_LEAST_ONCE);
            site.publish("temperature", "21.5", MqttQos.AT_LEAST_ONCE);
            Mqtt5Publish got = all.next();
            assertThat(got.getTopic()).hasToString("sites/seven/temperature");
            assertThat(climber.send(RawClient.packet(0x10, "MQTT", 5, 0x02, 0, 60, 0, "a/b"))
                            .read()
                            .at(1))
                    .as("an identifier that would be two levels")
                    .isIn(Tenants.CLIENT_IDENTIFIER_NOT_VALID, Tenants.NOT_AUTHORIZED);
        }
    }
}
