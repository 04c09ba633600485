package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.jsonwebtoken.SignatureAlgorithm;
import io.magnetar.it.client.Device;
import io.magnetar.it.mqtt.AdminCalls.Answer;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.pulsar.broker.authentication.utils.AuthTokenUtils;
import org.apache.pulsar.common.policies.data.AuthAction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Every route of the admin API, as the broker's own table tells them, with every verb, by those who have no right to it: a new route is
 * walked by itself. A variable that is new must be given a value in {@link #OWNERS}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForeignAdminTest {
    private static final String OWNER = "routeOwner";
    private static final String OTHER = "routeOther";
    private static final List<String> VERBS = List.of("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE");
    private static final Pattern TOLD = Pattern.compile("([A-Z]+) /mqtt/v1/([^ ,]+)");
    private static final Pattern VARIABLE = Pattern.compile("\\{([^}]+)}");

    /** What stands for the variables of routes, of things that the owner has. */
    private static final Map<String, String> OWNERS = Map.of(
            "namespace", OWNER,
            "stream", "secretStream",
            "client", "secretClient",
            "username", "secretUser",
            "kind", "user",
            "name", "secretUser");

    /** Names that nobody is told who may not see the tenant. */
    private static final List<String> SECRETS =
            List.of("secretStream", "secretClient", "secretUser", "secret/filter", "secret payload");

    /** One that any route takes that looks at the body before it looks who asks. */
    private static final String BODY = "{\"properties\": {\"mqtt.filter\": \"a\", \"mqtt.max-connections\": \"1\"},"
            + " \"remove\": [], \"password\": \"x\", \"users\": [], \"rules\": [], \"clientId\": \"secretClient\","
            + " \"stream\": \"secretStream\", \"to\": \"latest\", \"action\": \"publish\", \"topic\": \"a\","
            + " \"clientid\": \"c\", \"adminRoles\": [\"" + OTHER + "-admin\"]}";

    private static final String QUERY = "?clientId=secretClient&withTenant=true&endSession=true&hashes=true";

    private GuardedPulsar pulsar;
    private AdminCalls admin;
    private Device client;
    private List<Route> routes;

    private record Route(String verb, String path) {
        String path(Map<String, String> values) {
            Matcher variable = VARIABLE.matcher(path);
            return variable.replaceAll(
                    found -> Matcher.quoteReplacement(encoded(values.getOrDefault(found.group(1), "x"))));
        }

        boolean isOfNamespace() {
            return path.contains("{namespace}");
        }
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, UTF_8).replace("+", "%20");
    }

    @BeforeAll
    void start() throws Exception {
        pulsar = new GuardedPulsar(Map.of("mqttNamespaceFrom", "username", "mqttTenants", "public|route.*"));
        admin = new AdminCalls(pulsar.mqtt());
        for (String tenant : List.of(OWNER, OTHER)) {
            pulsar.createTenant(tenant, tenant + "-admin");
            asRoot("PUT", "namespaces/" + tenant, "");
            pulsar.cluster()
                    .admin()
                    .namespaces()
                    .grantPermissionOnNamespace(
                            tenant + "/streams", tenant + "-user", Set.of(AuthAction.produce, AuthAction.consume));
        }
        asRoot(
                "PUT",
                "streams/" + OWNER + "/secretStream",
                "{\"partitions\": 1, \"properties\": {\"mqtt.filter\": \"secret/filter\"}}");
        asRoot("PUT", "namespaces/" + OWNER + "/users/secretUser", "{\"password\": \"x\"}");
        asRoot(
                "PUT",
                "namespaces/" + OWNER + "/rules/user/secretUser",
                "{\"rules\": [{\"permission\": \"deny\", \"action\": \"publish\", \"topic\": \"secret/filter\"}]}");
        asRoot(
                "PUT",
                "namespaces/" + OWNER + "/rules/all",
                "{\"rules\": [{\"permission\": \"deny\", \"action\": \"publish\", \"topic\": \"secret/other\"}]}");
        asRoot("PUT", "bans/" + OWNER, "{\"clientId\": \"secretClient-banned\"}");
        client = Tenants.durable(pulsar.mqtt(), OWNER, "secretClient");
        client.subscribe("$s/earliest/secret/filter", MqttQos.AT_LEAST_ONCE);
        client.publish("secret/filter", "secret payload", MqttQos.AT_LEAST_ONCE);
        client.next();
        routes = routes();
    }

    @AfterAll
    void stop() throws Exception {
        client.close();
        pulsar.close();
    }

    private void asRoot(String verb, String path, String body) throws Exception {
        Answer answer = admin.ask(verb, path, body, pulsar.token("root"));
        assertThat(answer.status()).as("%s %s: %s", verb, path, answer.body()).isIn(200, 201);
    }

    /** What the broker says that there is. */
    private List<Route> routes() throws Exception {
        Answer told = admin.ask("GET", "no/such/path", "", pulsar.token("root"));
        assertThat(told.status()).isEqualTo(404);
        List<Route> found = TOLD.matcher(told.error())
                .results()
                .map(match -> new Route(match.group(1), match.group(2)))
                .toList();
        assertThat(found).as(told.error()).hasSizeGreaterThan(30);
        return found;
    }

    private List<String> paths() {
        return routes.stream().map(Route::path).distinct().toList();
    }

    /** What the operator sees of the owner; what moves by itself is left out. */
    private Map<String, JsonNode> seen() throws Exception {
        Map<String, JsonNode> seen = new TreeMap<>();
        for (Route route : routes) {
            if (route.verb().equals("GET")) {
                Answer answer = admin.ask("GET", route.path(OWNERS), "", pulsar.token("root"));
                if (!route.path().endsWith("/stats")) {
                    seen.put(route.path() + " " + answer.status(), answer.body());
                }
            }
        }
        return seen;
    }

    @Test
    void eachRouteIsRealForWhoMay() throws Exception {
        for (Route route : routes) {
            assertThat(OWNERS.keySet())
                    .as(route + " has a variable without a value")
                    .containsAll(VARIABLE.matcher(route.path())
                            .results()
                            .map(found -> found.group(1))
                            .toList());
            if (route.verb().equals("GET") && route.isOfNamespace()) {
                Answer answer = admin.ask("GET", route.path(OWNERS), "", pulsar.token("root"));
                assertThat(answer.status()).as(route + ": " + answer.body()).isEqualTo(200);
            }
        }
        Answer whole = admin.ask("GET", "streams/" + OWNER, "", pulsar.token(OWNER + "-admin"));
        assertThat(whole.body().toString()).contains("secretStream", "secret/filter");
    }

    @Test
    void whoProvesNothingIsAskedForAProof() throws Exception {
        String forged = AuthTokenUtils.createToken(
                AuthTokenUtils.createSecretKey(SignatureAlgorithm.HS256), "root", Optional.empty());
        List<Map<String, String>> proofs = new ArrayList<>(List.of(
                Map.of(),
                Map.of("Authorization", "Bearer " + forged),
                Map.of("Authorization", "Bearer "),
                Map.of("Authorization", "Bearer root"),
                Map.of("Authorization", "Basic cm9vdDpyb290"),
                Map.of("Authorization", "Bearer " + unsigned("root")),
                Map.of("X-Pulsar-Auth-Method-Name", "none"),
                Map.of("X-Pulsar-Auth-Method-Name", "token"),
                Map.of("X-Original-Principal", "root"),
                Map.of("Authorization", "Bearer " + pulsar.token(OTHER + "-admin"), "X-Original-Principal", "root"),
                Map.of(
                        "Authorization",
                        "Bearer " + pulsar.token(OTHER + "-admin"),
                        "X-Original-Principal",
                        OWNER + "-admin")));
        Map<String, JsonNode> before = seen();
        for (String path : paths()) {
            for (String verb : VERBS) {
                for (Map<String, String> headers : proofs) {
                    Answer answer = admin.askWith(headers, verb, new Route(verb, path).path(OWNERS) + QUERY, BODY);
                    assertThat(answer.status())
                            .as("%s %s with %s: %s", verb, path, headers.keySet(), answer.body())
                            .isEqualTo(401);
                }
            }
        }
        assertThat(seen()).isEqualTo(before);
    }

    /** A token of no algorithm. */
    private static String unsigned(String role) {
        var encoder = Base64.getUrlEncoder().withoutPadding();
        return encoder.encodeToString("{\"alg\":\"none\"}".getBytes(UTF_8)) + "."
                + encoder.encodeToString(("{\"sub\":\"" + role + "\"}").getBytes(UTF_8)) + ".";
    }

    /** By another tenant's admin, its plain user, and one who is nobody's; with bodies that fit, that do not, and none. */
    @Test
    void whoIsOfAnotherTenantIsRefusedOrToldNothing() throws Exception {
        Map<String, JsonNode> before = seen();
        for (String path : paths()) {
            for (String verb : VERBS) {
                for (String role : List.of(OTHER + "-admin", OTHER + "-user", "stranger")) {
                    for (String body : List.of(BODY, "", "[]")) {
                        Route route = new Route(verb, path);
                        Answer answer = admin.ask(verb, route.path(OWNERS) + QUERY, body, pulsar.token(role));
                        checkRefused(route, role, body.equals(BODY), answer);
                    }
                }
            }
        }
        assertThat(seen()).isEqualTo(before);
        assertThat(client.client().getState().isConnected()).isTrue();
    }

    /** @param fits a body that cannot be read may be told to be such, whoever sends it */
    private void checkRefused(Route route, String role, boolean fits, Answer answer) {
        String what = "%s %s by %s: %s %s".formatted(route.verb(), route.path(), role, answer.status(), answer.body());
        if (!routes.contains(route)) {
            assertThat(answer.status()).as(what).isEqualTo(405);
        } else if (route.verb().equals("GET") && answer.status() == 200) {
            assertThat(answer.body().toString())
                    .as(what)
                    .doesNotContain(SECRETS)
                    .doesNotContain(OWNER);
        } else if (fits || answer.status() != 400) {
            assertThat(answer.status()).as(what).isIn(403, 404);
        } else {
            assertThat(answer.body().toString())
                    .as(what)
                    .doesNotContain(SECRETS)
                    .doesNotContain(OWNER);
        }
    }

    /** In its own tenant's name an admin reaches nothing of another's, whatever it writes for the rest of a path. */
    @Test
    void noPartOfAPathLeadsToAnotherTenant() throws Exception {
        Map<String, JsonNode> before = seen();
        List<String> ways = Stream.of("secretStream", "secretClient", "secretUser")
                .flatMap(name -> Stream.of(
                        OWNER + "/" + name,
                        "../" + OWNER + "/" + name,
                        "../../" + OWNER + "/streams/" + name,
                        "..\\" + OWNER + "\\" + name,
                        "persistent://" + OWNER + "/streams/" + name,
                        OWNER + "/streams/" + name,
                        OWNER + "%2F" + name,
                        OWNER + "\u0000" + name))
                .toList();
        for (String path : paths()) {
            for (String way : ways) {
                Map<String, String> values = new HashMap<>(OWNERS);
                values.replaceAll((variable, value) -> variable.equals("kind") ? value : way);
                values.put("namespace", OTHER);
                for (String verb : VERBS) {
                    String asked = new Route(verb, path).path(values);
                    if (!verb.equals("GET") && !path.contains("{namespace}/")) {
                        continue; // What it may do with its own tenant as a whole.
                    }
                    Answer answer = admin.ask(verb, asked + QUERY, BODY, pulsar.token(OTHER + "-admin"));
                    assertThat(answer.body().toString())
                            .as("%s %s: %s", verb, asked, answer.status())
                            .doesNotContain("secret/filter", "secret payload");
                }
            }
        }
        for (String namespace : List.of(
                OTHER + "/../" + OWNER, "../" + OWNER, OWNER + "/", " " + OWNER, OWNER + "\u0000", "r\u043EuteOwner")) {
            Map<String, String> values = new LinkedHashMap<>(OWNERS);
            values.put("namespace", namespace);
            for (Route route : routes) {
                if (route.isOfNamespace()) {
                    Answer answer =
                            admin.ask(route.verb(), route.path(values) + QUERY, BODY, pulsar.token(OTHER + "-admin"));
                    assertThat(answer.status())
                            .as("%s of '%s': %s", route, namespace, answer.body())
                            .isIn(400, 403, 404);
                }
            }
        }
        assertThat(seen()).isEqualTo(before);
    }

    /** May use streams with Pulsar's API, and so see them; the rest is for admins. */
    @Test
    void aPlainUserOfATenantRulesNothingInIt() throws Exception {
        Map<String, JsonNode> before = seen();
        for (Route route : routes) {
            Answer answer = admin.ask(route.verb(), route.path(OWNERS) + QUERY, BODY, pulsar.token(OWNER + "-user"));
            String what = "%s: %s %s".formatted(route, answer.status(), answer.body());
            if (route.path().startsWith("streams/") || route.path().startsWith("cursors/")) {
                assertThat(answer.status()).as(what).isNotEqualTo(401);
            } else if (route.isOfNamespace()) {
                assertThat(answer.status()).as(what).isEqualTo(403);
            }
        }
        assertThat(seen()).as("what it may not change").isEqualTo(before);
    }

    /** Beside the admin API the listener answers anybody who reaches it. */
    @Test
    void whatAnybodyIsToldNamesNoTenant() throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        String page = http.send(page("/no-such-page").build(), BodyHandlers.ofString())
                .body();
        assertThat(page)
                .as("all that there is")
                .isEqualTo("There are GET /status, /traces, and the admin API below /mqtt/v1/.\n");
        HttpResponse<String> status =
                http.send(page("/status").header("X-Forwarded-For", "192.0.2.1").build(), BodyHandlers.ofString());
        assertThat(status.statusCode()).isEqualTo(200);
        assertThat(status.body())
                .contains("\"ready\" : true")
                .doesNotContain(OWNER)
                .doesNotContain(SECRETS);
        assertThat(http.send(page("/status").build(), BodyHandlers.ofString()).body())
                .as("to programs on the broker's machine")
                .contains("secretStream");
        HttpResponse<String> traces =
                http.send(page("/traces").header("X-Forwarded-For", "192.0.2.1").build(), BodyHandlers.ofString());
        assertThat(traces.statusCode()).isIn(403, 404);
    }

    private HttpRequest.Builder page(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + pulsar.mqtt().httpPort() + path));
    }
}
