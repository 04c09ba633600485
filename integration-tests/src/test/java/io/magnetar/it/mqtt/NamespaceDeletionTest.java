package io.magnetar.it.mqtt;

import static io.magnetar.it.mqtt.Tenants.NOT_AUTHORIZED;
import static io.magnetar.it.mqtt.Tenants.SUCCESS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.mqtt.AdminCalls.Answer;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.mqtt.deletion.DeletionStep;
import io.magnetar.mqtt.deletion.NamespaceDeletions;
import io.magnetar.tenancy.DeletionMarks;
import io.magnetar.tenancy.DeletionMarks.Mark;
import io.magnetar.tenancy.Namespace;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Namespaces deleted over HTTP: what goes, what stays, and who is kept out meanwhile. */
@ExtendWith(MqttExtension.class)
class NamespaceDeletionTest {
    private static final int DISCONNECT = 14;
    private static final int ADMINISTRATIVE_ACTION = 0x98;
    private static final Duration SOON = Duration.ofSeconds(30);

    private static MqttBroker start(EmbeddedPulsar pulsar, String name) throws Exception {
        return MqttBroker.start(
                pulsar.broker(),
                Map.of("mqttNamespaceFrom", "username", "mqttTenants", "public|del.*", "mqttBrokerName", name));
    }

    private static boolean hasTenant(EmbeddedPulsar pulsar, String tenant) throws PulsarAdminException {
        return pulsar.admin().tenants().getTenants().contains(tenant);
    }

    /** Gives a namespace all kinds of things that stay: a session that is owed, a group, a stream, a retained message, a will. */
    private static void fill(EmbeddedPulsar pulsar, MqttBroker broker, String tenant) throws Exception {
        try (Device sleeper = Device.connect(
                broker.port(),
                "sleeper",
                Mqtt5Connect.builder()
                        .cleanStart(false)
                        .sessionExpiryInterval(3_600)
                        .willPublish()
                        .topic("wills/sleeper")
                        .payload("it was deleted".getBytes(UTF_8))
                        .delayInterval(3_600)
                        .applyWillPublish()
                        .simpleAuth()
                        .username(tenant)
                        .applySimpleAuth()
                        .build())) {
            sleeper.subscribe("orders/#", MqttQos.AT_LEAST_ONCE);
            sleeper.subscribe("$share/g/jobs/#", MqttQos.AT_LEAST_ONCE);
            Tenants.createStream(pulsar, broker, tenant, "readings", "sensors/#");
            sleeper.client()
                    .disconnectWith()
                    .reasonCode(Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
                    .send();
        }
        try (Device device = Tenants.device(broker, tenant, "device")) {
            device.publish("orders/1", "kept", MqttQos.AT_LEAST_ONCE);
            device.publish("jobs/1", "kept", MqttQos.AT_LEAST_ONCE);
            device.publish("sensors/1", "21.5", MqttQos.AT_LEAST_ONCE);
            device.retain("state/1", "on");
        }
    }

    @Test
    void aDeletedNamespaceLeavesNothingAndItsNeighbourEverything(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "delA", "delB");
        try (MqttBroker broker = start(pulsar, "del-whole");
                MqttBroker other = start(pulsar, "del-other");
                RawClient client = new RawClient(broker.port());
                RawClient elsewhere = new RawClient(other.port())) {
            fill(pulsar, broker, "delA");
            fill(pulsar, broker, "delB");
            client.send(Tenants.connect5("live", "delA")).read();
            elsewhere.send(Tenants.connect5("live", "delA")).read();
            AdminCalls admin = new AdminCalls(broker);
            assertThatThrownBy(() -> pulsar.admin().tenants().deleteTenant("delA"))
                    .as("plain pulsar-admin tenants delete, while our namespaces exist")
                    .isInstanceOf(PulsarAdminException.ConflictException.class);

            Answer deleted = admin.ask("DELETE", "namespaces/delA?withTenant=true", "", null);

            assertThat(deleted.status()).as(deleted.toString()).isEqualTo(200);
            assertThat(deleted.body().path("tenant").asText()).isEqualTo("deleted");
            for (RawClient kicked : List.of(client, elsewhere)) {
                RawPacket goodbye = kicked.read();
                assertThat(goodbye.type()).isEqualTo(DISCONNECT);
                assertThat(goodbye.at(0)).isEqualTo(ADMINISTRATIVE_ACTION);
            }
            assertThat(hasTenant(pulsar, "delA")).isFalse();
            assertThat(admin.get("namespaces/delA").status()).isEqualTo(404);
            assertThat(pulsar.admin().namespaces().getProperties("mqtt/system"))
                    .doesNotContainKey("mqtt.deleting.delA");

            assertThat(pulsar.admin().namespaces().getNamespaces("delB"))
                    .containsExactlyInAnyOrder("delB/streams", "delB/queue", "delB/mqtt");
            assertNothingIsLeft(broker, admin, "delA");
            try (Device sleeper = Tenants.durable(broker, "delB", "sleeper")) {
                assertThat(sleeper.next(2)).as("what its neighbour is owed").containsExactlyInAnyOrder("kept", "kept");
            }
        }
    }

    /** Makes it again under its old name. */
    private static void assertNothingIsLeft(MqttBroker broker, AdminCalls admin, String tenant) throws Exception {
        assertThat(admin.ask("PUT", "namespaces/" + tenant, "", null).status()).isIn(200, 201);
        try (Device watcher = Tenants.device(broker, tenant, "watcher");
                RawClient sleeper = new RawClient(broker.port())) {
            watcher.subscribe("#", MqttQos.AT_LEAST_ONCE);
            byte[] resumes = RawClient.packet(0x10, "MQTT", 5, 0x80, 0, 60, 5, 0x11, 0, 0, 14, 16, "sleeper", tenant);
            assertThat(sleeper.send(resumes).read().at(0)).as("session present").isZero();
            watcher.publish("marker", "the first that is heard", MqttQos.AT_LEAST_ONCE);
            assertThat(watcher.next(1)).as("no will, nothing retained").containsExactly("the first that is heard");
        }
        assertThat(admin.get("streams/" + tenant).body().path("streams")).isEmpty();
        assertThat(admin.get("clients/" + tenant + "?connected=false")
                        .body()
                        .path("clients")
                        .findValuesAsText("client"))
                .isSubsetOf("sleeper");
    }

    @Test
    void aNamespaceThatIsDeletedWithoutItsTenantBeginsAnew(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "delKeep");
        pulsar.admin().namespaces().createNamespace("delKeep/reports");
        try (MqttBroker broker = start(pulsar, "del-keep")) {
            fill(pulsar, broker, "delKeep");
            AdminCalls admin = new AdminCalls(broker);

            Answer refused = admin.ask("DELETE", "namespaces/delKeep?withTenant=true", "", null);
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.error()).contains("not of MQTT: reports");
            assertThat(pulsar.admin().namespaces().getNamespaces("delKeep")).hasSize(4);

            Answer deleted = admin.ask("DELETE", "namespaces/delKeep", "", null);
            assertThat(deleted.status()).as(deleted.toString()).isEqualTo(200);
            assertThat(deleted.body().path("tenant").asText()).isEqualTo("kept");
            assertThat(pulsar.admin().namespaces().getNamespaces("delKeep")).containsExactly("delKeep/reports");
            assertNothingIsLeft(broker, admin, "delKeep");

            assertThat(admin.ask("DELETE", "namespaces/delNobody", "", null).status())
                    .isEqualTo(404);
            assertThat(admin.ask("DELETE", "namespaces/public?withTenant=true", "", null)
                            .error())
                    .contains("default");
        }
    }

    @Test
    void whatIsBeingDeletedIsClosedToAllAndGoesOnWhenItsBrokerStarts(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "delDead");
        DeletionMarks marks = new DeletionMarks(pulsar.broker().getConfigurationMetadataStore(), pulsar.admin());
        Namespace namespace = new Namespace("delDead");
        try (MqttBroker broker = start(pulsar, "del-alive");
                RawClient client = new RawClient(broker.port())) {
            fill(pulsar, broker, "delDead");
            client.send(Tenants.connect5("live", "delDead")).read();

            // What a broker leaves that dies at its first step.
            marks.mark(namespace, new Mark("del-dead", true, 1_800_000_000_000L))
                    .get();

            assertThat(client.read().at(0)).isEqualTo(ADMINISTRATIVE_ACTION);
            assertThat(Tenants.code(broker, "live", "delDead")).isEqualTo(NOT_AUTHORIZED);
            AdminCalls admin = new AdminCalls(broker);
            Answer again = admin.ask("PUT", "namespaces/delDead", "", null);
            assertThat(again.status()).isEqualTo(409);
            assertThat(again.error()).contains("is being deleted");
            assertThat(admin.ask("PUT", "streams/delDead/late", "{\"properties\": {\"mqtt.filter\": \"late/#\"}}", null)
                            .error())
                    .contains("is being deleted");
            JsonNode deletion = admin.get("namespaces/delDead").body().path("deletion");
            assertThat(deletion.path("by").asText()).isEqualTo("del-dead");
            assertThat(deletion.path("withTenant").asBoolean()).isTrue();
            assertThat(deletion.path("since").asText()).isEqualTo("2027-01-15T08:00:00Z");

            // And at a later one.
            pulsar.admin().namespaces().deleteNamespace("delDead/queue", true);
            try (MqttBroker back = start(pulsar, "del-dead")) {
                await().atMost(SOON).until(() -> !hasTenant(pulsar, "delDead"));
                await().atMost(SOON).until(() -> !marks.read().get().containsKey(namespace));
                assertThat(Tenants.code(back, "live", "delDead")).isEqualTo(NOT_AUTHORIZED);
            }
            Tenants.create(pulsar, "delDead");
            assertThat(Tenants.code(broker, "live", "delDead")).isEqualTo(SUCCESS);
        }
    }

    @Test
    void anotherBrokerGoesOnWhenItIsAsked(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "delTaken");
        DeletionMarks marks = new DeletionMarks(pulsar.broker().getConfigurationMetadataStore(), pulsar.admin());
        marks.mark(new Namespace("delTaken"), new Mark("del-never-back", true, 0))
                .get();
        try (MqttBroker broker = start(pulsar, "del-taker")) {
            Answer deleted = new AdminCalls(broker).ask("DELETE", "namespaces/delTaken", "", null);

            assertThat(deleted.status()).as(deleted.toString()).isEqualTo(200);
            assertThat(deleted.body().path("tenant").asText())
                    .as("as it was asked for first")
                    .isEqualTo("deleted");
        }
    }

    @Test
    void aDeletionThatFailsAtAnyStepIsDoneByTheNextStartOfItsBroker(EmbeddedPulsar pulsar) throws Exception {
        DeletionMarks marks = new DeletionMarks(pulsar.broker().getConfigurationMetadataStore(), pulsar.admin());
        List<String> names = List.of("one", "two", "three", "tenant");
        for (int failing = 0; failing < names.size(); failing++) {
            Namespace namespace = new Namespace("delStep" + failing);
            Map<String, Integer> done = new ConcurrentHashMap<>();
            NamespaceDeletions dies = deletions(marks, names, done, names.get(failing));

            assertThatThrownBy(() -> dies.delete(namespace, true).get()).hasMessageContaining("died at");
            assertThat(marks.read().get()).containsKey(namespace);
            assertThat(dies.progress(namespace))
                    .hasValueSatisfying(
                            progress -> assertThat(progress.problem()).startsWith("died at"));
            assertThat(done).hasSize(failing);

            deletions(marks, names, done, "").goOn();
            await().atMost(SOON).until(() -> !marks.read().get().containsKey(namespace));
            assertThat(done.keySet()).containsExactlyInAnyOrderElementsOf(names);
        }
    }

    @Test
    void aBrokerStopsWhenAnotherIsAskedToGoOn(EmbeddedPulsar pulsar) throws Exception {
        DeletionMarks marks = new DeletionMarks(pulsar.broker().getConfigurationMetadataStore(), pulsar.admin());
        Namespace namespace = new Namespace("delTwo");
        CompletableFuture<Void> released = new CompletableFuture<>();
        CompletableFuture<Void> late = new CompletableFuture<>();
        DeletionStep none = new DeletionStep("nothing", ignored -> CompletableFuture.completedFuture(null));
        NamespaceDeletions slow = new NamespaceDeletions(
                "del-slow",
                marks,
                List.of(new DeletionStep("waits", ignored -> released)),
                new DeletionStep("tenant", ignored -> {
                    late.complete(null);
                    return CompletableFuture.completedFuture(null);
                }),
                InstantSource.system());
        NamespaceDeletions quick =
                new NamespaceDeletions("del-quick", marks, List.of(none), none, InstantSource.system());

        CompletableFuture<Void> first = slow.delete(namespace, true);
        await().until(() -> slow.progress(namespace).isPresent());
        quick.delete(namespace, true).get();
        released.complete(null);

        assertThatThrownBy(first::get).hasMessageContaining("another broker was asked");
        assertThat(late).as("the next tenant of the name").isNotDone();
    }

    private static NamespaceDeletions deletions(
            DeletionMarks marks, List<String> names, Map<String, Integer> done, String failing) {
        List<DeletionStep> steps = new ArrayList<>();
        for (String name : names) {
            steps.add(new DeletionStep(name, namespace -> {
                if (name.equals(failing)) {
                    return CompletableFuture.failedFuture(new IllegalStateException("died at " + name));
                }
                done.merge(name, 1, Integer::sum);
                return CompletableFuture.completedFuture(null);
            }));
        }
        int last = steps.size() - 1;
        return new NamespaceDeletions(
                "del-steps", marks, steps.subList(0, last), steps.get(last), InstantSource.system());
    }
}
