package io.magnetar.it.distribution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.sink.server.Keycloak;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/**
 * A realm of a Keycloak whose clients are devices and people who read streams: they get tokens for the audience {@link #AUDIENCE}, with
 * all claims that Pulsar's provider asks for.
 *
 * <p>Thread: the test's.
 */
final class DeviceRealm {
    static final String AUDIENCE = "magnetar";
    private static final String SECRET = "secret";

    /** Of a client by itself Keycloak's tokens have no {@code nbf}; {@code sub} is an identifier that Keycloak makes. */
    private static final String CLIENT = """
            {"clientId": "%1$s", "secret": "%2$s", "enabled": true, "serviceAccountsEnabled": true,
             "standardFlowEnabled": false, "publicClient": false, "protocolMappers": [
             {"name": "audience", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
              "config": {"included.custom.audience": "%3$s", "access.token.claim": "true"}},
             {"name": "subject", "protocol": "openid-connect", "protocolMapper": "oidc-sub-mapper",
              "config": {"access.token.claim": "true"}},
             {"name": "not before", "protocol": "openid-connect", "protocolMapper": "oidc-hardcoded-claim-mapper",
              "config": {"claim.name": "nbf", "claim.value": "0", "jsonType.label": "long", "access.token.claim": "true"}},
             {"name": "fleet", "protocol": "openid-connect", "protocolMapper": "oidc-hardcoded-claim-mapper",
              "config": {"claim.name": "fleet", "claim.value": "%4$s", "jsonType.label": "String",
                         "access.token.claim": "true"}}]}
            """;

    private static final String KEY = """
            {"name": "%1$s", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider",
             "config": {"priority": ["%2$d"], "enabled": ["true"], "active": ["true"], "algorithm": ["RS256"],
                        "keySize": ["2048"]}}
            """;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final Keycloak keycloak;

    DeviceRealm(Keycloak keycloak) {
        this.keycloak = keycloak;
    }

    /** Where its public keys are. */
    String keys() {
        return keycloak.issuer() + "/protocol/openid-connect/certs";
    }

    /** Makes a client that is of a fleet, and says so in its tokens. */
    void add(String clientId, String fleet) throws IOException, InterruptedException {
        administer("POST", "/clients", CLIENT.formatted(clientId, SECRET, AUDIENCE, fleet));
    }

    /** A token as the client gets it. */
    String token(String clientId) throws IOException, InterruptedException {
        return token(
                keycloak.tokenEndpoint(),
                "grant_type=client_credentials&client_id=" + URLEncoder.encode(clientId, StandardCharsets.UTF_8)
                        + "&client_secret=" + SECRET);
    }

    /** From now on tokens are signed with a new key; those before stay good while the old one is there. */
    void rotate(int priority) throws IOException, InterruptedException {
        administer("POST", "/components", KEY.formatted("key-" + priority, priority));
    }

    /** Takes away the keys that are older. */
    void forgetKeysBelow(int priority) throws IOException, InterruptedException {
        for (JsonNode component : administer("GET", "/components?type=org.keycloak.keys.KeyProvider", "")) {
            boolean signs = component.path("providerId").asText().startsWith("rsa");
            if (signs && component.at("/config/priority/0").asInt() < priority) {
                administer("DELETE", "/components/" + component.path("id").asText(), "");
            }
        }
    }

    private JsonNode administer(String method, String path, String body) throws IOException, InterruptedException {
        String master = keycloak.issuer().replace("/realms/lab", "/realms/master");
        String root = token(
                master + "/protocol/openid-connect/token",
                "grant_type=password&client_id=admin-cli&username=admin&password=admin");
        HttpResponse<byte[]> answer = http.send(
                HttpRequest.newBuilder(URI.create(keycloak.issuer().replace("/realms/lab", "/admin/realms/lab") + path))
                        .header("Authorization", "Bearer " + root)
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofByteArray());
        if (answer.statusCode() >= 300) {
            throw new AssertionError(method + " " + path + ": " + answer.statusCode() + " "
                    + new String(answer.body(), StandardCharsets.UTF_8));
        }
        return json.readTree(answer.body());
    }

    private String token(String endpoint, String form) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = http.send(
                HttpRequest.newBuilder(URI.create(endpoint))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofByteArray());
        JsonNode body = json.readTree(answer.body());
        if (!body.has("access_token")) {
            throw new AssertionError("no token: " + answer.statusCode() + " " + body);
        }
        return body.path("access_token").asText();
    }
}
