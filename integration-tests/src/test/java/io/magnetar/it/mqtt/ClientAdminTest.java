package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
    private static final int BANNED = 0x8A;

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
                await().until(() ->
                        ids(admin.get("clients/clList?connected=false")).size() == 2);

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
            await().until(() -> !admin.get("clients/clGet/robot%2F7")
                    .body()
                    .path("connected")
                    .asBoolean());
            JsonNode absent = admin.get("clients/clGet/robot%2F7").body();
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

    @Test
    void whoIsBannedIsDisconnectedFromAllBrokersAndKeptOutOfThisNamespaceOnly(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "clBan", "clBanNot");
        try (MqttBroker broker = start(pulsar);
                MqttBroker other = start(pulsar);
                RawClient bad = new RawClient(broker.port());
                RawClient badElsewhere = new RawClient(other.port());
                RawClient good = new RawClient(broker.port());
                RawClient neighbour = new RawClient(broker.port())) {
            bad.send(Tenants.connect5("bad", "clBan")).read();
            badElsewhere.send(Tenants.connect5("bad", "clBan")).read();
            good.send(Tenants.connect5("good", "clBan")).read();
            neighbour.send(Tenants.connect5("bad", "clBanNot")).read();
            AdminCalls admin = new AdminCalls(broker);

            Answer banned = admin.ask("PUT", "bans/clBan", "{\"clientId\": \"bad\", \"seconds\": 3600}", null);
            assertThat(banned.status()).as(banned.toString()).isEqualTo(200);
            assertThat(banned.body().path("bans").findValuesAsText("clientId")).containsExactly("bad");

            for (RawClient kicked : List.of(bad, badElsewhere)) {
                RawPacket goodbye = kicked.read();
                assertThat(goodbye.type()).isEqualTo(DISCONNECT);
                assertThat(goodbye.at(0)).isEqualTo(ADMINISTRATIVE_ACTION);
            }
            for (MqttBroker each : List.of(broker, other)) {
                assertThat(Tenants.code(each, "bad", "clBan")).isEqualTo(BANNED);
                assertThat(Tenants.code(each, "bad", "clBanNot")).isEqualTo(Tenants.SUCCESS);
            }
            good.send(new byte[] {(byte) 0xC0, 0});
            assertThat(good.read().type()).as("PINGRESP").isEqualTo(13);

            assertThat(admin.ask("DELETE", "bans/clBan?clientId=bad", "", null)
                            .body()
                            .path("bans"))
                    .isEmpty();
            for (MqttBroker each : List.of(broker, other)) {
                await().until(() -> Tenants.code(each, "bad", "clBan") == Tenants.SUCCESS);
            }
        }
    }

    @Test
    void aBanIsOfAUserAnAddressOrAClientAndOfNothingElse(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "clBanKinds");
        try (MqttBroker broker = start(pulsar)) {
            AdminCalls admin = new AdminCalls(broker);
            assertThat(Tenants.code(broker, "c", "clBanKinds")).isEqualTo(Tenants.SUCCESS);
            for (Map.Entry<String, String> who :
                    Map.of("username", "clBanKinds", "address", "127.0.0.0/8").entrySet()) {
                String ban = "{\"%s\": \"%s\"}".formatted(who.getKey(), who.getValue());
                String unban = "bans/clBanKinds?" + who.getKey() + "=" + who.getValue();
                assertThat(admin.ask("PUT", "bans/clBanKinds", ban, null).status())
                        .isEqualTo(200);
                await().until(() -> Tenants.code(broker, "c", "clBanKinds") == BANNED);
                assertThat(admin.ask("DELETE", unban, "", null).status()).isEqualTo(200);
                await().until(() -> Tenants.code(broker, "c", "clBanKinds") == Tenants.SUCCESS);
                assertThat(admin.ask("DELETE", unban, "", null).status()).isEqualTo(404);
            }
            assertThat(admin.ask("PUT", "bans/clBanKinds", "{\"address\": \"nowhere\"}", null)
                            .error())
                    .contains("'nowhere' is no address");
            assertThat(admin.ask("PUT", "bans/clBanKinds", "{}", null).error()).contains("give one of them");
            assertThat(admin.ask("PUT", "bans/clBanKinds", "{\"clientId\": \"x\", \"seconds\": 0}", null)
                            .error())
                    .contains("seconds=0 is no number from 1 to");
        }
    }
}
