package io.magnetar.it.mqtt;

import static io.magnetar.it.mqtt.Rules.allow;
import static io.magnetar.it.mqtt.Rules.deny;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubRecException;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.mqtt.auth.Identity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Who may publish and subscribe to what, and what the others get. */
@ExtendWith(MqttExtension.class)
class AuthorizationTest {
    private static final int NOT_AUTHORIZED = 0x87;
    private static final int REFUSED_BEFORE_MQTT_5 = 0x80;
    private static final int PUBACK = 4;
    private static final int PUBREC = 5;
    private static final int SUBACK = 9;
    private static final int DISCONNECT = 14;
    private static final Duration SOON = Duration.ofSeconds(2);

    @TempDir
    Path directory;

    private static MqttBroker start(EmbeddedPulsar pulsar, String... keysAndValues) throws Exception {
        return start(pulsar, Map.of(), keysAndValues);
    }

    private static MqttBroker start(EmbeddedPulsar pulsar, Map<String, Identity> identities, String... keysAndValues)
            throws Exception {
        Map<String, String> settings =
                new HashMap<>(Map.of("mqttNamespaceFrom", Rules.NAMESPACE_FROM, "mqttTenants", ".*"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return MqttBroker.start(pulsar.broker(), settings, Rules.knowing(identities));
    }

    @Test
    void aDeniedPublishIsAnsweredAndReachesNobody(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "azPublish");
        try (MqttBroker broker = start(pulsar);
                Device watcher = Device.connect(broker.port(), "azPublish-watcher");
                Device device = Device.connect(broker.port(), "azPublish-d1")) {
            watcher.subscribe("#", MqttQos.AT_LEAST_ONCE);
            Rules.ofAll(
                    broker, "azPublish", allow("publish", "own/${clientid}/+"), deny("publish"), allow("subscribe"));

            assertThatThrownBy(() -> device.publish("own/other/x", "denied", MqttQos.AT_LEAST_ONCE))
                    .isInstanceOfSatisfying(
                            Mqtt5PubAckException.class,
                            refused -> assertThat(refused.getMqttMessage()
                                            .getReasonCode()
                                            .getCode())
                                    .isEqualTo(NOT_AUTHORIZED));
            assertThatThrownBy(() -> device.publish("own/other/x", "denied", MqttQos.EXACTLY_ONCE))
                    .isInstanceOfSatisfying(
                            Mqtt5PubRecException.class,
                            refused -> assertThat(refused.getMqttMessage()
                                            .getReasonCode()
                                            .getCode())
                                    .isEqualTo(NOT_AUTHORIZED));
            device.publish("own/other/x", "dropped", MqttQos.AT_MOST_ONCE);
            assertThatThrownBy(() -> device.retain("own/other/x", "not retained"))
                    .isInstanceOf(Mqtt5PubAckException.class);
            device.publish("own/azPublish-d1/x", "allowed", MqttQos.AT_LEAST_ONCE);
            device.publish("own/azPublish-d1/x", "once", MqttQos.EXACTLY_ONCE);

            assertThat(watcher.next(2)).containsExactly("allowed", "once");
            assertThat(broker.status().counter("publishesDenied")).isEqualTo(4);
            assertThat(device.client().getState().isConnected()).isTrue();
        }
    }

    @Test
    void beforeMqtt5ADeniedPublishIsAcknowledgedAndDropped(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "azOld");
        try (MqttBroker broker = start(pulsar);
                Device watcher = Device.connect(broker.port(), "azOld-watcher");
                RawClient old = new RawClient(broker.port())) {
            watcher.subscribe("#", MqttQos.AT_LEAST_ONCE);
            Rules.ofAll(broker, "azOld", deny("publish", "no/#"));
            old.send(RawClient.connect311("azOld-d1", 60)).read();

            old.send(RawClient.packet(0x30, "no/x", "zero"));
            assertThat(old.send(RawClient.packet(0x32, "no/x", 0, 7, "one")).read())
                    .satisfies(ack -> assertThat(ack.type()).isEqualTo(PUBACK));
            assertThat(old.send(RawClient.packet(0x34, "no/x", 0, 8, "two"))
                            .read()
                            .type())
                    .isEqualTo(PUBREC);
            assertThat(old.send(RawClient.packet(0x62, 0, 8)).read().type()).isEqualTo(7);
            old.send(RawClient.packet(0x33, "no/x", 0, 9, "retained")).read();
            old.send(RawClient.packet(0x32, "yes/x", 0, 10, new byte[] {'o', 'k'}))
                    .read();

            assertThat(watcher.next(1)).containsExactly("ok");
            watcher.subscribe("no/x", MqttQos.AT_LEAST_ONCE);
            watcher.publish("yes/x", "nothing was retained", MqttQos.AT_LEAST_ONCE);
            assertThat(watcher.next(1)).containsExactly("nothing was retained");
        }
    }

    @Test
    void whoPublishesWhatIsDeniedMayBeDisconnected(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "azEnd");
        try (MqttBroker broker = start(pulsar, "mqttDeniedPublish", "disconnect");
                RawClient client = new RawClient(broker.port());
                RawClient old = new RawClient(broker.port())) {
            Rules.ofAll(broker, "azEnd", deny("publish", "no/#"));
            client.send(RawClient.connect5("azEnd-d1", 60)).read();
            old.send(RawClient.connect311("azEnd-d2", 60)).read();

            RawPacket ended = client.send(RawClient.publish5("no/x", 0, 0, "x")).read();

            assertThat(ended.type()).isEqualTo(DISCONNECT);
            assertThat(ended.at(0)).isEqualTo(NOT_AUTHORIZED);
            assertThat(old.send(RawClient.packet(0x32, "no/x", 0, 7, "x")).readUntilClosed())
                    .as("closed without an acknowledgement")
                    .isZero();
        }
    }

    @Test
    void eachFilterOfASubscribeIsDecidedOnInEveryForm(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "azSub");
        try (MqttBroker broker = start(pulsar);
                RawClient client = new RawClient(broker.port());
                RawClient old = new RawClient(broker.port())) {
            client.send(RawClient.connect5("azSub-d1", 60)).read();
            old.send(RawClient.connect311("azSub-d2", 60)).read();
            Tenants.createStream(pulsar, broker, "azSub", "open", "open/#");
            Tenants.createStream(pulsar, broker, "azSub", "closed", "closed/#");
            Rules.ofAll(
                    broker,
                    "azSub",
                    deny("subscribe", "$share/forbidden/#"),
                    allow("subscribe", "open/#", "eq +/exactly"),
                    deny("all"));

            Map<String, Integer> expected = new HashMap<>();
            expected.put("open/#", 1);
            expected.put("open/a/+", 1);
            expected.put("+/exactly", 1);
            expected.put("closed/exactly", NOT_AUTHORIZED);
            expected.put("#", NOT_AUTHORIZED);
            expected.put("+/#", NOT_AUTHORIZED);
            expected.put("$SYS/#", NOT_AUTHORIZED);
            expected.put("$share/g/open/#", 1);
            expected.put("$share/g/closed/#", NOT_AUTHORIZED);
            expected.put("$share/forbidden/open/#", NOT_AUTHORIZED);
            expected.put("$s/earliest/open/#", 1);
            expected.put("$s/earliest/closed/#", NOT_AUTHORIZED);
            expected.put("$s/earliest/closed/a", NOT_AUTHORIZED);
            expected.put("$stream/open", 1);
            expected.put("$stream/open@earliest/open/b", 1);
            expected.put("$stream/closed", NOT_AUTHORIZED);
            expected.put("$stream/closed/closed/b", NOT_AUTHORIZED);
            expected.put("$share/g/$s/earliest/open/#", 1);
            expected.put("$share/g/$s/earliest/closed/#", NOT_AUTHORIZED);
            expected.put("$share/g/$stream/closed", NOT_AUTHORIZED);
            for (Map.Entry<String, Integer> one : expected.entrySet()) {
                RawPacket subAck =
                        client.send(RawClient.subscribe5(one.getKey(), 1)).read();
                assertThat(subAck.type()).as(one.getKey()).isEqualTo(SUBACK);
                assertThat(subAck.at(subAck.body().length - 1)).as(one.getKey()).isEqualTo(one.getValue());
                RawPacket before5 =
                        old.send(RawClient.packet(0x82, 0, 1, one.getKey(), 1)).read();
                assertThat(before5.at(2))
                        .as(one.getKey())
                        .isEqualTo(one.getValue() == NOT_AUTHORIZED ? REFUSED_BEFORE_MQTT_5 : 1);
            }
            RawPacket many = client.send(RawClient.packet(0x82, 0, 2, 0, "open/x", 0, "no/x", 0, "open/y", 2))
                    .read();
            assertThat(many.body()).endsWith(0, NOT_AUTHORIZED, 2);
        }
    }

    @Test
    void aWillThatMayNotBePublishedKeepsItsClientOut(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "azWill");
        try (MqttBroker broker = start(pulsar)) {
            try (RawClient first = new RawClient(broker.port())) {
                first.send(RawClient.connect5("azWill-first", 60)).read();
            }
            Rules.ofAll(broker, "azWill", "{'permission': 'deny', 'topic': 'kept', 'retain': true}", deny("all", "no"));
            assertThat(Tenants.code(broker, will5("azWill-a", 0x06, "no")).at(1))
                    .isEqualTo(NOT_AUTHORIZED);
            assertThat(Tenants.code(broker, will5("azWill-a", 0x06, "yes")).at(1))
                    .isZero();
            assertThat(Tenants.code(broker, will5("azWill-a", 0x26, "kept")).at(1))
                    .isEqualTo(NOT_AUTHORIZED);
            assertThat(Tenants.code(broker, will5("azWill-a", 0x06, "kept")).at(1))
                    .isZero();
            byte[] old = RawClient.packet(0x10, "MQTT", 4, 0x06, 0, 60, "azWill-b", "no", "gone");
            assertThat(Tenants.code(broker, old).at(1)).isEqualTo(5);
        }
    }

    private static byte[] will5(String clientId, int flags, String topic) {
        return RawClient.packet(0x10, "MQTT", 5, flags, 0, 60, 0, clientId, 0, topic, "gone");
    }

    @Test
    void rulesOfAClientComeFirstThenOfItsUserItsRoleAndAll(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "azOrder", "azOther");
        Map<String, Identity> identities = Map.of(
                "anna", new Identity(null, "devices", false, null, Identity.NEVER),
                "root", new Identity(null, null, true, null, Identity.NEVER),
                "own", new Identity(null, null, false, "{\"pub\": [\"own\"]}", Identity.NEVER));
        try (MqttBroker broker = start(pulsar, identities, "mqttAuthorizationDefault", "deny");
                Device anna = device(broker, "azOrder-1", "anna");
                Device other = device(broker, "azOrder-2", "anna");
                Device root = device(broker, "azOrder-3", "root");
                Device own = device(broker, "azOrder-4", "own");
                Device elsewhere = device(broker, "azOther-1", "anna")) {
            Rules.put(broker, "azOrder", "client/azOrder-1", deny("publish", "x"), allow("publish", "c"));
            Rules.put(broker, "azOrder", "user/anna", allow("publish", "x", "u"));
            Rules.put(broker, "azOrder", "role/devices", deny("publish", "u"), allow("publish", "r"));
            Rules.ofAll(broker, "azOrder", allow("publish", "r", "a", "own"), deny("publish", "none"));

            assertThat(mayPublish(anna, "x", "c", "u", "r", "a", "none")).isEqualTo("-++++-");
            assertThat(mayPublish(other, "x", "c", "u", "r", "a", "none")).isEqualTo("+-+++-");
            assertThat(mayPublish(root, "x", "none", "anything"))
                    .as("a superuser")
                    .isEqualTo("+++");
            assertThat(mayPublish(own, "own", "a"))
                    .as("the credential says all")
                    .isEqualTo("+-");
            assertThat(mayPublish(elsewhere, "x", "a")).as("another namespace").isEqualTo("--");
            assertThat(new AdminCalls(broker)
                            .get("namespaces/azOrder/rules")
                            .body()
                            .path("owners"))
                    .hasSize(4);
        }
    }

    private static Device device(MqttBroker broker, String clientId, String username) {
        return Tenants.device(broker, username, clientId);
    }

    /** A plus for each topic that may be published to, a minus for each other. */
    private static String mayPublish(Device device, String... topics) {
        StringBuilder may = new StringBuilder();
        for (String topic : topics) {
            try {
                device.publish(topic, "x", MqttQos.AT_LEAST_ONCE);
                may.append('+');
            } catch (Mqtt5PubAckException e) {
                may.append('-');
            }
        }
        return may.toString();
    }

    @Test
    void aChangedRuleCountsAtOnceAndEndsSubscriptionsThatItForbids(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "azChange");
        try (MqttBroker broker = start(pulsar, "mqttBrokerName", "az-change-one");
                MqttBroker second = start(pulsar, "mqttBrokerName", "az-change-two");
                Device publisher = Device.connect(broker.port(), "azChange-p");
                Device reader = Device.connect(broker.port(), "azChange-r");
                Device durable = Tenants.durable(broker, "d", "azChange-d");
                Device elsewhere = Device.connect(second.port(), "azChange-e")) {
            Tenants.createStream(pulsar, broker, "azChange", "all", "t/#");
            for (Device one : new Device[] {reader, durable}) {
                one.subscribe("t/secret/#", MqttQos.AT_LEAST_ONCE);
                one.subscribe("t/open/#", MqttQos.AT_LEAST_ONCE);
                one.subscribe("$share/g" + one.hashCode() + "/t/secret/x", MqttQos.AT_LEAST_ONCE);
            }
            reader.subscribe("$s/latest/t/secret/+", MqttQos.AT_LEAST_ONCE);
            publisher.publish("t/secret/x", "before", MqttQos.AT_LEAST_ONCE);
            assertThat(reader.next(3)).containsOnly("before");
            assertThat(durable.next(2)).containsOnly("before");
            assertThat(mayPublish(elsewhere, "t/no")).isEqualTo("+");

            Rules.ofAll(broker, "azChange", deny("subscribe", "t/secret/#"), deny("publish", "t/no"));

            assertThat(mayPublish(publisher, "t/no")).as("at once").isEqualTo("-");
            await().atMost(SOON).until(() -> mayPublish(elsewhere, "t/no").equals("-"));
            await().atMost(SOON).until(() -> broker.status().counter("subscriptionsEnded") >= 5);
            publisher.publish("t/secret/x", "after", MqttQos.AT_LEAST_ONCE);
            publisher.publish("t/open/x", "open", MqttQos.AT_LEAST_ONCE);
            assertThat(reader.next(1)).containsExactly("open");
            assertThat(durable.next(1)).containsExactly("open");
            assertThat(reader.subscribe("t/secret/#", MqttQos.AT_MOST_ONCE))
                    .isEqualTo(Mqtt5SubAckReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void whatASessionMayNotHaveAnyMoreDoesNotComeBackWithIt(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "azBack");
        try (MqttBroker broker = start(pulsar);
                Device publisher = Device.connect(broker.port(), "azBack-p")) {
            try (Device durable = Tenants.durable(broker, "d", "azBack-d")) {
                durable.subscribe("t/secret/#", MqttQos.AT_LEAST_ONCE);
                durable.subscribe("t/open/#", MqttQos.AT_LEAST_ONCE);
            }
            publisher.publish("t/secret/x", "owed", MqttQos.AT_LEAST_ONCE);
            Rules.ofAll(broker, "azBack", deny("subscribe", "t/secret/#"));
            publisher.publish("t/open/x", "open", MqttQos.AT_LEAST_ONCE);

            try (Device durable = Tenants.durable(broker, "d", "azBack-d")) {
                assertThat(durable.next(1)).containsExactly("open");
                publisher.publish("t/secret/x", "again", MqttQos.AT_LEAST_ONCE);
                publisher.publish("t/open/x", "last", MqttQos.AT_LEAST_ONCE);
                assertThat(durable.next(1)).containsExactly("last");
            }
        }
    }

    @Test
    void builtInRulesOutliveTheirBroker(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "azRestart");
        try (MqttBroker broker = start(pulsar, "mqttBrokerName", "az-restart")) {
            Rules.ofAll(broker, "azRestart", deny("publish", "no"));
        }
        try (MqttBroker broker = start(pulsar, "mqttBrokerName", "az-restart");
                Device device = Device.connect(broker.port(), "azRestart-1")) {
            assertThat(mayPublish(device, "no", "yes")).isEqualTo("-+");
        }
    }

    @Test
    void aFileIsReadAgainWhenItHasChanged(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "azFile", "azFileToo");
        Path file = directory.resolve("rules.jsonl");
        Files.writeString(file, """
                # what is only for one namespace
                {"namespace": "azFile", "permission": "deny", "action": "publish", "topic": "one"}

                {"permission": "deny", "action": "publish", "topic": "both"}
                """);
        try (MqttBroker broker =
                        start(pulsar, "mqttAuthorization", "client, file", "mqttAuthorizationFile", file.toString());
                Device one = Device.connect(broker.port(), "azFile-1");
                Device other = Device.connect(broker.port(), "azFileToo-1")) {
            assertThat(mayPublish(one, "one", "both", "x")).isEqualTo("--+");
            assertThat(mayPublish(other, "one", "both", "x")).isEqualTo("+-+");

            Files.writeString(file, "{\"permission\": \"deny\", \"topic\": \"x\"}\n");

            await().atMost(Duration.ofSeconds(10))
                    .until(() -> mayPublish(one, "x").equals("-"));
            assertThat(mayPublish(one, "one", "both")).isEqualTo("++");
            Files.writeString(file, "{\"permission\": \"allow\"}\n{\"permission\": \"perhaps\"}\n");
            Files.writeString(directory.resolve("other"), "not looked at");
            assertThat(mayPublish(one, "x"))
                    .as("what cannot be read changes nothing")
                    .isEqualTo("-");
        }
        assertThatThrownBy(() ->
                        start(pulsar, "mqttAuthorization", "file, ldap", "mqttAuthorizationFile", file.toString()))
                .hasMessageContaining("'ldap' is no source: there are client, rules, file, http, pulsar")
                .hasMessageContaining("line 2: its permission is 'allow' or 'deny', not 'perhaps'");
        assertThatThrownBy(() -> start(pulsar, "mqttAuthorization", "http", "mqttAuthorizationDefault", "maybe"))
                .hasMessageContaining("mqttAuthorizationHttpUrl=: it is needed, for 'http' is in mqttAuthorization")
                .hasMessageContaining("mqttAuthorizationDefault=maybe: 'allow' or 'deny' is needed");
    }
}
