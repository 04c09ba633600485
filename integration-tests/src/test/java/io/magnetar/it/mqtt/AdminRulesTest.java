package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.it.mqtt.AdminCalls.Answer;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rules set and seen over HTTP, by those who may. */
@ExtendWith(MqttExtension.class)
class AdminRulesTest {
    private static final String RULES = "{\"rules\": [{\"permission\": \"deny\", \"topic\": \"a\"}]}";

    private static String question(String who, String action, String topic) {
        return "{" + who + ", \"action\": \"" + action + "\", \"topic\": \"" + topic + "\"}";
    }

    @Test
    void anAdminOfATenantSeesAndChangesOnlyItsOwn() throws Exception {
        try (GuardedPulsar guarded = new GuardedPulsar(Map.of("mqttTenants", "public|adm-.*"))) {
            guarded.createTenant("adm-one", "one-admin");
            guarded.createTenant("adm-two", "two-admin");
            AdminCalls calls = new AdminCalls(guarded.mqtt());
            String own = guarded.token("one-admin");
            String foreign = guarded.token("two-admin");
            String root = guarded.token("root");

            for (String path : List.of("all", "client/c", "user/u", "role/r")) {
                String rules = "namespaces/adm-one/rules/" + path;
                assertThat(calls.ask("PUT", rules, RULES, foreign).status()).isEqualTo(403);
                assertThat(calls.ask("PUT", rules, RULES, null).status()).isEqualTo(401);
                assertThat(calls.ask("PUT", rules, RULES, own).status()).isEqualTo(200);
                assertThat(calls.ask("GET", rules, "", foreign).status()).isEqualTo(403);
                assertThat(calls.ask("DELETE", rules, "", foreign).status()).isEqualTo(403);
                assertThat(calls.ask("GET", rules, "", own).body().path("rules"))
                        .hasSize(1);
            }
            String test = question("\"clientid\": \"c\"", "publish", "a");
            assertThat(calls.ask("POST", "namespaces/adm-one/rules/test", test, foreign)
                            .status())
                    .isEqualTo(403);
            assertThat(calls.ask("POST", "namespaces/adm-one/rules/test", test, own)
                            .body()
                            .path("decision")
                            .asText())
                    .isEqualTo("denied");
            for (String token : List.of(own, root)) {
                assertThat(calls.ask("GET", "namespaces/adm-one/rules", "", token)
                                .body()
                                .path("owners")
                                .findValuesAsText("kind"))
                        .containsExactly("client", "user", "role", "all");
            }
            assertThat(calls.ask("GET", "namespaces/adm-one/rules", "", foreign).status())
                    .isEqualTo(403);
            assertThat(calls.ask("DELETE", "namespaces/adm-one/rules", "", foreign)
                            .status())
                    .isEqualTo(403);
            assertThat(calls.ask("GET", "namespaces/adm-two/rules", "", foreign)
                            .body()
                            .path("owners"))
                    .isEmpty();
            assertThat(calls.ask("DELETE", "namespaces/adm-one/rules", "", own)
                            .body()
                            .path("deleted")
                            .asInt())
                    .isEqualTo(4);
            assertThat(calls.ask("GET", "namespaces/adm-one/rules", "", own)
                            .body()
                            .path("owners"))
                    .isEmpty();
        }
    }

    @Test
    void tellsWhichRuleDecides(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "admTest");
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), Map.of("mqttTenants", ".*"))) {
            AdminCalls calls = new AdminCalls(broker);
            Rules.ofAll(
                    broker,
                    "admTest",
                    Rules.allow("publish", "own/${clientid}"),
                    Rules.deny("all", "own/+"),
                    "{'permission': 'deny', 'username_re': '^guest', 'ipaddr': '10.0.0.0/8'}");

            JsonNode own = test(calls, question("\"clientid\": \"c1\"", "publish", "own/c1"));
            assertThat(own.path("decision").asText()).isEqualTo("allowed");
            assertThat(own.path("by").asText()).isEqualTo("rules");
            assertThat(own.path("rule").path("topics").path(0).asText()).isEqualTo("own/${clientid}");
            assertThat(decision(calls, question("\"clientid\": \"c1\"", "publish", "own/c2")))
                    .isEqualTo("denied");
            assertThat(decision(calls, question("\"clientid\": \"c1\"", "subscribe", "$share/g/$s/earliest/own/#")))
                    .isEqualTo("denied");
            assertThat(decision(calls, question("\"username\": \"guest1\", \"ipaddr\": \"10.9.9.9\"", "publish", "x")))
                    .isEqualTo("denied");
            JsonNode other = test(calls, question("\"username\": \"guest1\"", "publish", "x"));
            assertThat(other.path("by").asText()).isEqualTo("default");
            assertThat(decision(calls, question("\"acl\": {\"pub\": [\"y\"]}", "publish", "x")))
                    .isEqualTo("denied");
            assertThat(decision(calls, question("\"superuser\": true", "publish", "own/c2")))
                    .isEqualTo("allowed");
            for (String wrong : List.of(
                    "{}",
                    question("\"qos\": 3", "publish", "x"),
                    question("\"qos\": 0", "fly", "x"),
                    question("\"qos\": 0", "publish", "x/#"),
                    question("\"qos\": 0", "subscribe", "$stream/name"))) {
                assertThat(calls.ask("POST", "namespaces/admTest/rules/test", wrong, null)
                                .status())
                        .as(wrong)
                        .isEqualTo(400);
            }
        }
    }

    private static JsonNode test(AdminCalls calls, String question) throws Exception {
        Answer answer = calls.ask("POST", "namespaces/admTest/rules/test", question, null);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.body();
    }

    private static String decision(AdminCalls calls, String question) throws Exception {
        return test(calls, question).path("decision").asText();
    }

    @Test
    void saysWhatIsWrongAndHowManyThereMayBe(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "admWrong");
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), Map.of("mqttTenants", ".*", "mqttMaxRules", "3"));
                MqttBroker none =
                        MqttBroker.start(pulsar.broker(), Map.of("mqttTenants", ".*", "mqttAuthorization", "none"))) {
            AdminCalls calls = new AdminCalls(broker);
            String all = "namespaces/admWrong/rules/all";
            assertThat(calls.ask("PUT", all, "{\"rules\": [{\"permission\": \"deny\"}, {\"topic\": 1}]}", null)
                            .error())
                    .contains("rule 2: its permission is 'allow' or 'deny'");
            assertThat(calls.ask("PUT", all, "{\"rules\": []}", null).error()).contains("delete them instead");
            assertThat(calls.ask("PUT", "namespaces/admWrong/rules/group/g", RULES, null)
                            .status())
                    .isEqualTo(404);
            for (String owner : List.of("client/a", "client/b", "user/c", "user/c")) {
                assertThat(calls.ask("PUT", "namespaces/admWrong/rules/" + owner, RULES, null)
                                .status())
                        .isEqualTo(200);
            }
            Answer full = calls.ask("PUT", all, RULES, null);
            assertThat(full.status()).isEqualTo(409);
            assertThat(full.error()).contains("mqttMaxRules=3");
            JsonNode page = calls.get("namespaces/admWrong/rules?limit=2").body();
            assertThat(page.path("owners")).hasSize(2);
            JsonNode rest = calls.get("namespaces/admWrong/rules?after="
                            + page.path("next").asText())
                    .body();
            assertThat(rest.path("owners").findValuesAsText("name")).containsExactly("c");
            assertThat(rest.has("next")).isFalse();
            assertThat(new AdminCalls(none).ask("PUT", all, RULES, null).error())
                    .contains("mqttAuthorization has no 'rules'");
        }
    }

    @Test
    void theNextTenantOfANameDoesNotGetTheRulesOfThisOne(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "admGone");
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), Map.of("mqttTenants", ".*"))) {
            AdminCalls calls = new AdminCalls(broker);
            Rules.ofAll(broker, "admGone", Rules.deny("all"));

            Tenants.delete(pulsar, "admGone");

            await().until(() ->
                    calls.get("namespaces/admGone/rules").body().path("owners").isEmpty());
        }
    }
}
