package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import io.magnetar.it.client.Device;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.common.naming.TopicName;

/**
 * A tenant with one of everything that another might see, change or disturb: a connected subscriber, a member of a group, a durable
 * session that is away and owed a message, a retained message, a stream, and a group that has read it so far.
 *
 * <p>Thread: the test's.
 */
final class WalkedTenant implements AutoCloseable {
    /** What all its payloads begin with, and no other's. */
    static final String MARK = "the owner's: ";

    private static final String KEPT = MARK + "kept";
    private static final String REPLAY = "$s/earliest/walk/#";
    private static final String SHARED_REPLAY = "$share/" + ForeignNames.STREAM_GROUP + "/" + REPLAY;
    private static final String ALL = "walk/#";

    private final EmbeddedPulsar pulsar;
    private final MqttBroker broker;
    private final String name;
    private final Device device;
    private final Device worker;
    private final List<String> published = new ArrayList<>();
    private final List<String> pulses = new ArrayList<>();

    /** @param name of a tenant that has its user, and a stream of what is below {@code walk/} */
    WalkedTenant(EmbeddedPulsar pulsar, MqttBroker broker, String name) throws Exception {
        this.pulsar = pulsar;
        this.broker = broker;
        this.name = name;
        device = connect("device", false);
        worker = connect("worker", false);
        device.retain(ForeignNames.TOPIC, KEPT);
        published.add(KEPT);
        try (Device reader = connect("reader", false)) {
            reader.subscribe(SHARED_REPLAY, MqttQos.AT_LEAST_ONCE);
            assertThat(reader.next(1)).containsExactly(KEPT);
        }
        try (Device sleeper = connect("sleeper", true)) {
            sleeper.subscribe(ALL, MqttQos.AT_LEAST_ONCE);
            assertThat(sleeper.next(1)).containsExactly(KEPT);
        }
        device.subscribe("#", MqttQos.EXACTLY_ONCE);
        assertThat(device.next(1)).containsExactly(KEPT);
        worker.subscribe("$share/" + ForeignNames.GROUP + "/#", MqttQos.AT_LEAST_ONCE);
    }

    static String password(String tenant) {
        return "secret of " + tenant;
    }

    /** Makes the only user that a tenant has. */
    static Walker.Login login(MqttBroker broker, String tenant, String clientId) throws Exception {
        String user = tenant + "-device";
        AdminCalls.Answer made = new AdminCalls(broker)
                .ask(
                        "PUT",
                        "namespaces/" + tenant + "/users/" + user,
                        "{\"password\": \"" + password(tenant) + "\"}",
                        null);
        assertThat(made.status()).as(made.toString()).isIn(200, 201);
        return new Walker.Login(clientId, user, password(tenant));
    }

    private Device connect(String clientId, boolean durable) {
        return Device.connect(
                broker.port(),
                clientId,
                Mqtt5Connect.builder()
                        .cleanStart(!durable)
                        .sessionExpiryInterval(durable ? 3_600 : 0)
                        .simpleAuth()
                        .username(name + "-device")
                        .password(password(name).getBytes(UTF_8))
                        .applySimpleAuth()
                        .build());
    }

    /** One more message of its own, which whoever may have it has when this returns. */
    void pulse() throws InterruptedException {
        String payload = MARK + pulses.size();
        pulses.add(payload);
        published.add(payload);
        device.publish(ForeignNames.TOPIC, payload, MqttQos.AT_LEAST_ONCE);
        assertThat(device.next(1)).as("what the owner's subscriber gets").containsExactly(payload);
        assertThat(worker.next(1)).as("what the owner's group gets").containsExactly(payload);
    }

    /** What Pulsar has of it: topics, and who has subscribed to them. */
    Set<String> pulsarTopics() throws PulsarAdminException {
        Set<String> found = new TreeSet<>();
        for (String namespace : pulsar.admin().namespaces().getNamespaces(name)) {
            for (String topic : pulsar.admin().topics().getList(namespace)) {
                found.add(topic + " "
                        + (TopicName.get(topic).getLocalName().startsWith(ForeignNames.STREAM)
                                ? new TreeSet<>(pulsar.admin().topics().getSubscriptions(topic))
                                : ""));
            }
        }
        return found;
    }

    /** Fails when anything of it is not as it left it. */
    void checkUndisturbed() throws Exception {
        pulse();
        assertThat(device.client().getState().isConnected()).isTrue();
        assertThat(worker.client().getState().isConnected()).isTrue();
        try (Device newcomer = connect("newcomer", false)) {
            newcomer.subscribe("#", MqttQos.AT_LEAST_ONCE);
            device.publish("end/of-retained", MARK + "end", MqttQos.AT_LEAST_ONCE);
            assertThat(newcomer.next(2)).as("the retained messages").containsExactly(KEPT, MARK + "end");
        }
        try (Device replay = connect("replay", false)) {
            replay.subscribe(REPLAY, MqttQos.AT_LEAST_ONCE);
            pulseTo(replay, published, "the stream");
        }
        try (Device reader = connect("reader", false)) {
            reader.subscribe(SHARED_REPLAY, MqttQos.AT_LEAST_ONCE);
            pulseTo(reader, pulses, "what the group of the stream has not read");
        }
        try (Device sleeper = connect("sleeper", true)) {
            assertThat(sleeper.next(pulses.size()))
                    .as("what the durable session is owed")
                    .containsExactlyElementsOf(pulses);
        }
    }

    /** A message more ends what a reader must get, so that one too many before it is seen. */
    private void pulseTo(Device reader, List<String> expected, String what) throws InterruptedException {
        String last = MARK + "after " + what;
        pulses.add(last);
        published.add(last);
        device.publish(ForeignNames.TOPIC, last, MqttQos.AT_LEAST_ONCE);
        assertThat(reader.next(expected.size())).as(what).containsExactlyElementsOf(expected);
    }

    @Override
    public void close() {
        device.close();
        worker.close();
    }
}
