package io.magnetar.it.mqtt;

import static io.magnetar.it.mqtt.Tenants.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.mqtt.AdminCalls.Answer;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Namespaces made, listed and seen over HTTP. */
@ExtendWith(MqttExtension.class)
class NamespaceAdminTest {
    private static final int DISCONNECT = 14;
    private static final int ADMINISTRATIVE_ACTION = 0x98;

    private static MqttBroker start(EmbeddedPulsar pulsar, String tenants) throws Exception {
        return MqttBroker.start(pulsar.broker(), Map.of("mqttNamespaceFrom", "username", "mqttTenants", tenants));
    }

    @Test
    void aNamespaceIsMadeOnceAndTheSameAgainChangesNothing(EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = start(pulsar, "public|nsMade.*")) {
            AdminCalls admin = new AdminCalls(broker);
            String wanted = "{\"adminRoles\": [\"fleet-admin\", \"ops\"]}";

            Answer made = admin.ask("PUT", "namespaces/nsMade", wanted, null);
            assertThat(made.status()).as(made.toString()).isEqualTo(201);
            assertThat(made.body().path("open").asBoolean()).isFalse();
            assertThat(made.body().path("pulsarNamespaces").toString()).isEqualTo("[\"nsMade/streams\"]");
            assertThat(pulsar.admin().tenants().getTenantInfo("nsMade").getAdminRoles())
                    .containsExactlyInAnyOrder("fleet-admin", "ops");

            assertThat(admin.ask("PUT", "namespaces/nsMade", wanted, null).status())
                    .isEqualTo(200);
            assertThat(admin.ask("PUT", "namespaces/nsMade", "{}", null).status())
                    .isEqualTo(200);
            Answer other = admin.ask("PUT", "namespaces/nsMade", "{\"adminRoles\": [\"somebody\"]}", null);
            assertThat(other.status()).isEqualTo(409);
            assertThat(other.error()).contains("[fleet-admin, ops]", "pulsar-admin tenants update");
            assertThat(Tenants.code(broker, "first", "nsMade")).isEqualTo(SUCCESS);
            assertThat(admin.get("namespaces/nsMade").body().path("open").asBoolean())
                    .isTrue();
        }
    }

    @Test
    void whatIsNoNamespaceIsNotMade(EmbeddedPulsar pulsar) throws Exception {
        try (MqttBroker broker = start(pulsar, "public|nsWrong.*")) {
            AdminCalls admin = new AdminCalls(broker);

            assertThat(admin.ask("PUT", "namespaces/elsewhere", "", null).error())
                    .contains("mqttTenants does not match it");
            assertThat(admin.ask("PUT", "namespaces/mqtt", "", null).error()).contains("'mqtt' is reserved");
            assertThat(admin.ask("PUT", "namespaces/nsWrong%2Fa", "", null).error())
                    .contains("its name has 1 to 255");
            assertThat(admin.ask("PUT", "namespaces/nsWrong", "{\"adminRoles\": \"ops\"}", null)
                            .error())
                    .contains("adminRoles is a list of names");
            Answer noCluster = admin.ask("PUT", "namespaces/nsWrong", "{\"allowedClusters\": [\"nowhere\"]}", null);
            assertThat(noCluster.status()).as(noCluster.toString()).isBetween(400, 499);
            assertThat(noCluster.error()).contains("Pulsar says:");
            assertThat(admin.get("namespaces/nsWrong").status()).isEqualTo(404);
            assertThat(admin.get("namespaces?limit=0").error()).contains("limit=0 is no number from 1 to 1000");
        }
    }

    @Test
    void allAreListedPageByPageInTheOrderOfTheirNames(EmbeddedPulsar pulsar) throws Exception {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            names.add("nsPage" + i);
        }
        Tenants.create(pulsar, names.toArray(String[]::new));
        try (MqttBroker broker = start(pulsar, "public|nsPage.*");
                RawClient client = new RawClient(broker.port())) {
            client.send(Tenants.connect5("listed", "nsPage3")).read();
            AdminCalls admin = new AdminCalls(broker);
            List<String> seen = new ArrayList<>();
            String after = "";
            int pages = 0;
            while (after != null) {
                Answer page = admin.get("namespaces?limit=3&after=" + after);
                assertThat(page.body().path("namespaces").size()).isBetween(1, 3);
                for (JsonNode entry : page.body().path("namespaces")) {
                    String name = entry.path("namespace").asText();
                    seen.add(name);
                    assertThat(entry.path("open").asBoolean())
                            .as(name)
                            .isEqualTo(name.equals("nsPage3") || name.equals("public"));
                    assertThat(entry.path("clients").asInt()).as(name).isEqualTo(name.equals("nsPage3") ? 1 : 0);
                }
                after = page.body().has("next") ? page.body().path("next").asText() : null;
                pages++;
            }

            names.add("public");
            assertThat(seen).containsExactlyElementsOf(names);
            assertThat(pages).isEqualTo(3);
        }
    }

    @Test
    void allClientsOfANamespaceAreKickedAndNobodyElse(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "nsKick", "nsKickNot");
        try (MqttBroker broker = start(pulsar, "public|nsKick.*");
                RawClient one = new RawClient(broker.port());
                RawClient two = new RawClient(broker.port());
                RawClient other = new RawClient(broker.port())) {
            one.send(Tenants.connect5("one", "nsKick")).read();
            two.send(Tenants.connect5("two", "nsKick")).read();
            other.send(Tenants.connect5("one", "nsKickNot")).read();
            AdminCalls admin = new AdminCalls(broker);

            assertThat(admin.ask("POST", "namespaces/nsKick/kick", "", null)
                            .body()
                            .path("kicked")
                            .asInt())
                    .isEqualTo(2);

            for (RawClient kicked : List.of(one, two)) {
                RawPacket goodbye = kicked.read();
                assertThat(goodbye.type()).isEqualTo(DISCONNECT);
                assertThat(goodbye.at(0)).isEqualTo(ADMINISTRATIVE_ACTION);
            }
            other.send(new byte[] {(byte) 0xC0, 0});
            assertThat(other.read().type()).as("PINGRESP").isEqualTo(13);
            await().until(() ->
                    admin.get("namespaces/nsKick").body().path("clients").asInt() == 0);
            assertThat(Tenants.code(broker, "one", "nsKick")).isEqualTo(SUCCESS);
        }
    }

    @Test
    void whatIsSetIsWrittenWhereOnlyTheOperatorWrites(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "nsSet");
        try (MqttBroker broker = start(pulsar, "public|nsSet.*")) {
            AdminCalls admin = new AdminCalls(broker);
            Answer wrong = admin.ask(
                    "PATCH",
                    "namespaces/nsSet",
                    "{\"properties\": {\"mqtt.colour\": \"red\"}, \"remove\": [\"owner\"]}",
                    null);
            assertThat(wrong.status()).isEqualTo(400);
            assertThat(wrong.error())
                    .contains(
                            "there is no property mqtt.colour; there are ",
                            "mqtt.authentication",
                            "owner is no property");
            assertThat(pulsar.admin().tenants().getTenants()).contains("mqtt");
            assertThat(pulsar.admin().namespaces().getNamespaces("mqtt")).doesNotContain("mqtt/nsSet");

            Answer set = admin.ask(
                    "PATCH", "namespaces/nsSet", "{\"properties\": {\"mqtt.authentication\": \"none\"}}", null);
            assertThat(set.status()).as(set.toString()).isEqualTo(200);
            assertThat(pulsar.admin().namespaces().getProperties("mqtt/nsSet"))
                    .containsExactly(Map.entry("mqtt.authentication", "none"));
            assertThat(admin.get("namespaces?settings=true")
                            .body()
                            .path("namespaces")
                            .findValuesAsText("mqtt.authentication"))
                    .containsExactly("none");

            Answer removed = admin.ask("PATCH", "namespaces/nsSet", "{\"remove\": [\"mqtt.authentication\"]}", null);
            assertThat(removed.body().path("properties")).isEmpty();
            assertThat(admin.ask("PATCH", "namespaces/nsSet", "{}", null).error())
                    .contains("there is nothing to set");
            assertThat(admin.ask("PATCH", "namespaces/nsSetNot", "{\"remove\": [\"mqtt.x\"]}", null)
                            .status())
                    .isEqualTo(404);
            assertThat(admin.ask(
                                    "PUT",
                                    "namespaces/nsSetNew",
                                    "{\"properties\": {\"mqtt.authentication\": \"none\"}}",
                                    null)
                            .body()
                            .path("properties")
                            .path("mqtt.authentication")
                            .asText())
                    .isEqualTo("none");
        }
    }
}
