package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.mqtt.AdminCalls.Answer;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients seen and disconnected over HTTP. */
@ExtendWith(MqttExtension.class)
class ClientAdminTest {
    private static final int DISCONNECT = 14;
    private static final int ADMINISTRATIVE_ACTION = 0x98;

    private static MqttBroker start(EmbeddedPulsar pulsar) throws Exception {
        return MqttBroker.start(pulsar.broker(), Map.of("mqttNamespaceFrom", "username", "mqttTenants", "public|cl.*"));
    }

    private static List<String> ids(Answer answer) {
        return answer.body().path("clients").findValuesAsText("client");
    }

    @Test
    void listsThoseThatAreConnectedAndThoseWhoseSessionsWaitInOneOrder(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "clList", "clOther");
        try (MqttBroker broker = start(pulsar)) {
            for (String sleeper : List.of("a-sleeper", "c-sleeper")) {
                try (Device device = Tenants.durable(broker, "clList", sleeper)) {
                    device.subscribe("list/#", MqttQos.AT_LEAST_ONCE);
                }
            }
            try (Device live = Tenants.device(broker, "clList", "b-live");
                    Device both = Tenants.durable(broker, "clList", "d-both");
                    Device other = Tenants.device(broker, "clOther", "b-live")) {
                both.subscribe("list/+", MqttQos.EXACTLY_ONCE);
                AdminCalls admin = new AdminCalls(broker);

                assertThat(ids(admin.get("clients/clList")))
                        .containsExactly("a-sleeper", "b-live", "c-sleeper", "d-both");
                assertThat(ids(admin.get("clients/clOther"))).containsExactly("b-live");
                assertThat(ids(admin.get("clients/clList?connected=true"))).containsExactly("b-live", "d-both");
                assertThat(ids(admin.get("clients/clList?connected=false"))).containsExactly("a-sleeper", "c-sleeper");
                assertThat(ids(admin.get("clients/clList?prefix=c-"))).containsExactly("c-sleeper");
                assertThat(ids(admin.get("clients/clList?username=clList&address=127.0.0.1")))
                        .containsExactly("b-live", "d-both");
                assertThat(ids(admin.get("clients/clList?address=127.0.0.2"))).isEmpty();
                assertThat(admin.get("clients/clList?connected=maybe").error())
                        .isEqualTo("connected=maybe is neither true nor false");

                List<String> paged = new ArrayList<>();
                String after = "";
                while (after != null) {
                    Answer page = admin.get("clients/clList?limit=1&after=" + after);
                    paged.addAll(ids(page));
                    after = page.body().has("next") ? page.body().path("next").asText() : null;
                }
                assertThat(paged).containsExactly("a-sleeper", "b-live", "c-sleeper", "d-both");
                assertThat(List.of(live, both, other))
                        .allMatch(device -> device.client().getState().isConnected());
            }
        }
    }

    @Test
    void tellsOfAClientAndItsSession(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "clGet");
        try (MqttBroker broker = start(pulsar)) {
            AdminCalls admin = new AdminCalls(broker);
            try (Device device = Tenants.durable(broker, "clGet", "robot/7")) {
                device.subscribe("orders/7", MqttQos.AT_LEAST_ONCE);
                JsonNode seen = admin.get("clients/clGet/robot%2F7").body();

                assertThat(seen.path("connected").asBoolean()).isTrue();
                assertThat(seen.path("durable").asBoolean()).isTrue();
                assertThat(seen.path("protocol").asText()).isEqualTo("5.0");
                assertThat(seen.path("username").asText()).isEqualTo("clGet");
                assertThat(seen.path("address").asText()).isEqualTo("127.0.0.1");
                assertThat(seen.path("keepAliveSeconds").asInt()).isEqualTo(60);
                assertThat(seen.path("sessionExpirySeconds").asInt()).isEqualTo(3_600);
                assertThat(seen.path("subscriptions").toString()).isEqualTo("[{\"filter\":\"orders/7\",\"qos\":1}]");
                assertThat(seen.path("inFlight").asInt(-1)).isZero();
                assertThat(seen.path("queued").asInt(-1)).isZero();
            }
            JsonNode absent = admin.get("clients/clGet/robot%2F7").body();
            assertThat(absent.path("connected").asBoolean()).isFalse();
            assertThat(absent.path("owed").asBoolean()).isTrue();
            assertThat(absent.has("disconnectedSince") && absent.has("expiresAt"))
                    .isTrue();
            assertThat(absent.path("subscriptions").size()).isEqualTo(1);
            assertThat(admin.get("clients/clGet/robot").error())
                    .contains("'robot' of namespace clGet is not connected to the broker");
        }
    }

    @Test
    void aKickedClientMayComeAgainAndItsSessionEndsOnRequest(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "clKick");
        try (MqttBroker broker = start(pulsar)) {
            AdminCalls admin = new AdminCalls(broker);
            byte[] durable = RawClient.packet(0x10, "MQTT", 5, 0x80, 0, 60, 5, 0x11, 0, 0, 14, 16, "robot", "clKick");
            kick(broker, admin, durable, "clients/clKick/robot/kick");
            assertThat(admin.get("clients/clKick/robot")
                            .body()
                            .path("connected")
                            .asBoolean(true))
                    .as("the session waits")
                    .isFalse();

            try (RawClient client = new RawClient(broker.port())) {
                assertThat(client.send(durable).read().at(0))
                        .as("session present")
                        .isEqualTo(1);
            }
            kick(broker, admin, durable, "clients/clKick/robot/kick?endSession=true");
            assertThat(admin.get("clients/clKick/robot").status()).isEqualTo(404);

            try (RawClient client = new RawClient(broker.port())) {
                assertThat(client.send(durable).read().at(0))
                        .as("session present")
                        .isZero();
            }
            assertThat(admin.ask("POST", "clients/clKick/robot/kick", "", null).status())
                    .isIn(200, 404);
            assertThat(admin.ask("POST", "clients/clKick/robot/kick?endSession=true", "", null)
                            .body()
                            .path("sessionEnded")
                            .asBoolean())
                    .as("of one that is not connected")
                    .isTrue();
            assertThat(admin.get("clients/clKick/robot").status()).isEqualTo(404);
            assertThat(admin.ask("POST", "clients/clKick/robot/kick", "", null).status())
                    .isEqualTo(404);
        }
    }

    private static void kick(MqttBroker broker, AdminCalls admin, byte[] connect, String path) throws Exception {
        try (RawClient client = new RawClient(broker.port())) {
            assertThat(client.send(connect).read().at(1)).isZero();
            Answer kicked = admin.ask("POST", path, "", null);
            assertThat(kicked.body().path("wasConnected").asBoolean())
                    .as(kicked.toString())
                    .isTrue();
            RawPacket goodbye = client.read();
            assertThat(goodbye.type()).isEqualTo(DISCONNECT);
            assertThat(goodbye.at(0)).isEqualTo(ADMINISTRATIVE_ACTION);
        }
    }
}
