package io.magnetar.it.mqtt;

import static io.magnetar.it.client.DurableClients.durable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.mqtt.AdminCalls.Answer;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The places of durable sessions in streams, seen and moved by an operator. */
@ExtendWith(MqttExtension.class)
class AdminCursorsTest {
    private final EmbeddedPulsar pulsar;
    private final MqttBroker broker;
    private final AdminCalls admin;

    AdminCursorsTest(EmbeddedPulsar pulsar, MqttBroker broker) {
        this.pulsar = pulsar;
        this.broker = broker;
        this.admin = new AdminCalls(broker);
    }

    private void publish(String stream, int first, int last) {
        try (Device device = Device.connect(broker.port(), stream + "-device")) {
            for (int i = first; i <= last; i++) {
                device.publish(stream + "/t", "m" + i, MqttQos.AT_LEAST_ONCE);
            }
        }
    }

    /** A session that has read all of a stream and left. */
    private void readAll(String stream, String clientId, int messages) throws Exception {
        try (Device reader = durable(broker.port(), clientId)) {
            reader.subscribe("$stream/" + stream + "@earliest", MqttQos.AT_LEAST_ONCE);
            reader.next(messages);
        }
        await().until(() -> !cursor(stream, clientId).path("connected").asBoolean(true));
    }

    private JsonNode cursor(String stream, String clientId) throws Exception {
        return admin.get("cursors/public/" + clientId + "?stream=" + stream)
                .body()
                .path("cursors")
                .path(0);
    }

    private Answer reset(String stream, String clientId, String to) throws Exception {
        return admin.ask(
                "PUT", "cursors/public/" + clientId, "{\"stream\": \"" + stream + "\", \"to\": \"" + to + "\"}", null);
    }

    @Test
    void tellsWhereASessionIsAndHowFarBehind() throws Exception {
        Streams.create(pulsar, broker, "adm-lag", "adm-lag/#", 2);
        publish("adm-lag", 1, 4);
        readAll("adm-lag", "adm-lag-job", 4);
        publish("adm-lag", 5, 7);

        JsonNode listed = admin.get("cursors/public?stream=adm-lag").body().path("cursors");
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).path("client").asText()).isEqualTo("adm-lag-job");
        assertThat(listed.get(0).path("subscription").asText()).isEqualTo("$stream/adm-lag@earliest");
        JsonNode cursor = cursor("adm-lag", "adm-lag-job");
        assertThat(cursor.path("lag").asInt()).as(cursor.toString()).isEqualTo(3);
        assertThat(cursor.path("partitions")).hasSize(2);
        assertThat(admin.get("cursors/public/adm-nobody").status()).isEqualTo(404);
    }

    @Test
    void movesASessionThatIsAwayAndItsClientGoesOnThere() throws Exception {
        Streams.create(pulsar, broker, "adm-move", "adm-move/#", 2);
        publish("adm-move", 1, 4);
        readAll("adm-move", "adm-move-job", 4);

        Answer moved = reset("adm-move", "adm-move-job", "last-2");

        assertThat(moved.status()).as(moved.toString()).isEqualTo(200);
        assertThat(cursor("adm-move", "adm-move-job").path("lag").asInt()).isEqualTo(2);
        try (Device back = durable(broker.port(), "adm-move-job")) {
            assertThat(back.next(2)).containsExactly("m3", "m4");
            assertThat(reset("adm-move", "adm-move-job", "earliest").error()).contains("'adm-move-job' is connected");
        }
    }

    @Test
    void saysWhyAPlaceIsNotMoved() throws Exception {
        Streams.create(pulsar, broker, "adm-stay", "adm-stay/#", 1);

        assertThat(reset("adm-stay", "adm-nobody", "earliest").status()).isEqualTo(404);
        assertThat(reset("adm-stay", "adm-nobody", "next").error()).contains("to=next is no offset");
        assertThat(reset("adm-no-stream", "adm-nobody", "earliest").status()).isEqualTo(404);
        assertThat(admin.ask("PUT", "cursors/public/adm-nobody", "{}", null).error())
                .contains("names the stream");
    }
}
