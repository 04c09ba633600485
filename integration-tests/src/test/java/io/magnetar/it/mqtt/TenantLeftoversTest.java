package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.client.RawClient;
import io.magnetar.it.mqtt.AdminCalls.Answer;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.tenancy.DeletionMarks;
import io.magnetar.tenancy.DeletionMarks.Mark;
import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the next tenant of a name finds of the users and rules of the one before: nothing. */
@ExtendWith(MqttExtension.class)
class TenantLeftoversTest {
    private static final String USER = "{\"password\": \"sesame\"}";
    private static final String RULES = "{\"rules\": [{\"permission\": \"allow\", \"topic\": \"a\"}]}";

    private static MqttBroker start(EmbeddedPulsar pulsar, String name) throws Exception {
        return MqttBroker.start(
                pulsar.broker(),
                Map.of(
                        "mqttAuthentication",
                        "users",
                        "mqttNamespaceFrom",
                        Rules.NAMESPACE_FROM,
                        "mqttTenants",
                        "public|left.*",
                        "mqttBrokerName",
                        name));
    }

    private static void write(AdminCalls admin, String tenant) throws Exception {
        assertThat(admin.ask("PUT", "namespaces/" + tenant + "/users/anna", USER, null)
                        .status())
                .isEqualTo(201);
        assertThat(admin.ask("PUT", "namespaces/" + tenant + "/rules/user/anna", RULES, null)
                        .status())
                .isEqualTo(200);
    }

    private static int users(AdminCalls admin, String tenant) throws Exception {
        return admin.get("namespaces/" + tenant + "/users").body().path("users").size();
    }

    private static int rules(AdminCalls admin, String tenant) throws Exception {
        return admin.get("namespaces/" + tenant + "/rules")
                .body()
                .path("owners")
                .size();
    }

    @Test
    void tenantsThatWentOrWereMadeAnewWhileNoBrokerRanLeaveNothing(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "leftAnew", "leftGone", "leftStays");
        try (MqttBroker broker = start(pulsar, "left-before")) {
            for (String tenant : List.of("leftAnew", "leftGone", "leftStays")) {
                write(new AdminCalls(broker), tenant);
            }
        }
        for (String tenant : List.of("leftAnew", "leftGone")) {
            Tenants.delete(pulsar, tenant);
        }
        Tenants.create(pulsar, "leftAnew");

        try (MqttBroker broker = start(pulsar, "left-after")) {
            AdminCalls admin = new AdminCalls(broker);
            Tenants.create(pulsar, "leftGone");
            for (String tenant : List.of("leftAnew", "leftGone")) {
                assertThat(users(admin, tenant)).as(tenant).isZero();
                assertThat(rules(admin, tenant)).as(tenant).isZero();
            }
            byte[] anna = RawClient.packet(0x10, "MQTT", 5, 0xC2, 0, 60, 0, "leftAnew-1", "anna", "sesame");
            assertThat(Tenants.code(broker, anna).at(1)).isEqualTo(Tenants.BAD_USER_NAME);
            assertThat(users(admin, "leftStays")).isEqualTo(1);
            assertThat(rules(admin, "leftStays")).isEqualTo(1);
        }
    }

    @Test
    void nothingIsWrittenOfANamespaceThatIsBeingDeletedOrIsNotThere(EmbeddedPulsar pulsar) throws Exception {
        Tenants.create(pulsar, "leftMarked");
        DeletionMarks marks = new DeletionMarks(pulsar.broker().getConfigurationMetadataStore(), pulsar.admin());
        Namespace namespace = new Namespace("leftMarked");
        try (MqttBroker broker = start(pulsar, "left-marked")) {
            AdminCalls admin = new AdminCalls(broker);
            write(admin, "leftMarked");
            marks.mark(namespace, new Mark("left-dead", true, 0)).get();

            for (Answer refused : List.of(
                    admin.ask("PUT", "namespaces/leftMarked/users/otto", USER, null),
                    admin.ask("PATCH", "namespaces/leftMarked/users/anna", USER, null),
                    admin.ask(
                            "POST",
                            "namespaces/leftMarked/users",
                            "{\"users\": [{\"username\": \"otto\", \"password\": \"x\"}]}",
                            null),
                    admin.ask("PUT", "namespaces/leftMarked/rules/all", RULES, null))) {
                assertThat(refused.status()).as(refused.toString()).isEqualTo(409);
                assertThat(refused.error()).contains("is being deleted");
            }
            assertThat(users(admin, "leftMarked")).isEqualTo(1);
            assertThat(rules(admin, "leftMarked")).isEqualTo(1);

            marks.unmark(namespace).get();
            assertThat(admin.ask("PUT", "namespaces/leftMarked/users/otto", USER, null)
                            .status())
                    .isEqualTo(201);
            assertThat(admin.ask("PUT", "namespaces/leftNever/rules/all", RULES, null)
                            .error())
                    .isEqualTo("there is no tenant leftNever");
        }
    }
}
