package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.mqtt.AdminCalls.Answer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Who sees and rules which namespaces, where Pulsar authenticates and authorizes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NamespaceRightsTest {
    private GuardedPulsar pulsar;
    private AdminCalls admin;

    @BeforeAll
    void start() throws Exception {
        pulsar = new GuardedPulsar(Map.of("mqttNamespaceFrom", "username", "mqttTenants", "public|right.*"));
        admin = new AdminCalls(pulsar.mqtt());
        pulsar.createTenant("rightA", "admin-a");
        pulsar.createTenant("rightB", "admin-b");
    }

    @AfterAll
    void stop() throws Exception {
        pulsar.close();
    }

    private Answer as(String role, String method, String path, String body) throws Exception {
        return admin.ask(method, path, body, pulsar.token(role));
    }

    private List<String> listed(String role) throws Exception {
        return as(role, "GET", "namespaces", "").body().path("namespaces").findValuesAsText("namespace");
    }

    @Test
    void aTenantsAdminSeesItsOwnNamespaceAndASuperuserAll() throws Exception {
        assertThat(listed("root")).contains("public", "rightA", "rightB");
        assertThat(listed("admin-a")).containsExactly("rightA");
        assertThat(listed("stranger")).isEmpty();
        assertThat(admin.get("namespaces").status()).as("without credentials").isEqualTo(401);

        assertThat(as("root", "GET", "namespaces/rightB", "").status()).isEqualTo(200);
        assertThat(as("admin-a", "GET", "namespaces/rightA", "").status()).isEqualTo(200);
        Answer foreign = as("admin-a", "GET", "namespaces/rightB", "");
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(foreign.error())
                .isEqualTo("admin-a may not see the settings of namespace rightB: an admin of the tenant or a superuser"
                        + " of Pulsar may");
        assertThat(as("admin-a", "GET", "namespaces/rightNobodys", "").status())
                .as("who may not see a namespace does not learn whether it is there")
                .isEqualTo(403);
        assertThat(as("root", "GET", "namespaces/rightNobodys", "").status()).isEqualTo(404);
    }

    @Test
    void onlyASuperuserMakesNamespaces() throws Exception {
        Answer refused = as("admin-a", "PUT", "namespaces/rightNew", "");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.error()).endsWith("of namespace rightNew: a superuser of Pulsar may");
        assertThat(as("admin-a", "PUT", "namespaces/rightA", "").status())
                .as("nor sets up its own")
                .isEqualTo(403);

        assertThat(as("root", "PUT", "namespaces/rightNew", "{\"adminRoles\": [\"admin-new\"]}")
                        .status())
                .isEqualTo(201);
        assertThat(listed("admin-new")).containsExactly("rightNew");
    }

    @Test
    void aTenantsAdminRulesItsOwnClients() throws Exception {
        assertThat(as("admin-a", "POST", "namespaces/rightA/kick", "").status()).isEqualTo(200);
        assertThat(as("admin-a", "POST", "namespaces/rightB/kick", "").status()).isEqualTo(403);
        assertThat(as("stranger", "POST", "namespaces/rightA/kick", "").status())
                .isEqualTo(403);
        assertThat(as("root", "POST", "namespaces/rightB/kick", "").status()).isEqualTo(200);
    }

    @Test
    void onlyASuperuserSetsWhatTheOperatorOwns() throws Exception {
        String settings = "{\"properties\": {\"mqtt.authentication\": \"none\"}}";
        Answer refused = as("admin-b", "PATCH", "namespaces/rightB", settings);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.error()).contains("what the operator owns of namespace rightB");

        assertThat(as("root", "PATCH", "namespaces/rightB", settings).status()).isEqualTo(200);
        assertThat(as("admin-b", "GET", "namespaces/rightB", "")
                        .body()
                        .path("properties")
                        .toString())
                .as("its admin sees them")
                .isEqualTo("{\"mqtt.authentication\":\"none\"}");
    }

    @Test
    void onlyASuperuserDeletesNamespaces() throws Exception {
        pulsar.createTenant("rightEnd", "admin-end");
        assertThat(as("admin-end", "DELETE", "namespaces/rightEnd", "").status())
                .isEqualTo(403);
        assertThat(listed("admin-end")).containsExactly("rightEnd");

        assertThat(as("root", "DELETE", "namespaces/rightEnd?withTenant=true", "")
                        .status())
                .isEqualTo(200);
        assertThat(listed("root")).doesNotContain("rightEnd");
    }

    @Test
    void aTenantsAdminSeesAndKicksItsOwnClientsOnly() throws Exception {
        for (String path : List.of("clients/rightA", "clients/rightA/nobody")) {
            assertThat(as("admin-b", "GET", path, "").status()).isEqualTo(403);
            assertThat(as("admin-a", "GET", path, "").status()).isIn(200, 404);
        }
        assertThat(as("admin-b", "POST", "clients/rightA/nobody/kick", "").status())
                .isEqualTo(403);
        assertThat(as("admin-a", "POST", "clients/rightA/nobody/kick", "").status())
                .isEqualTo(404);
        String ban = "{\"clientId\": \"nobody\"}";
        assertThat(as("admin-b", "PUT", "bans/rightA", ban).status()).isEqualTo(403);
        assertThat(as("admin-a", "PUT", "bans/rightA", ban).status()).isEqualTo(200);
        assertThat(as("admin-b", "DELETE", "bans/rightA?clientId=nobody", "").status())
                .isEqualTo(403);
        assertThat(as("admin-a", "DELETE", "bans/rightA?clientId=nobody", "").status())
                .isEqualTo(200);
        assertThat(as("admin-b", "GET", "bans/rightA", "").status()).isEqualTo(403);
    }
}
