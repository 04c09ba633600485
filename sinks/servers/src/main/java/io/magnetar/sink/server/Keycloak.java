package io.magnetar.sink.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A Keycloak with a realm {@code lab}, in which the client {@link #CLIENT} gets tokens of the audience {@code kafka}.
 *
 * <p>Thread: the test's.
 */
public final class Keycloak implements AutoCloseable {
    public static final String CLIENT = "sink";
    public static final String SECRET = "sink:secret+%";

    private static final String REALM = """
            {"realm":"lab","enabled":true,"accessTokenLifespan":%d,
             "clientScopes":[{"name":"kafka","protocol":"openid-connect",
               "attributes":{"include.in.token.scope":"true"},
               "protocolMappers":[{"name":"audience","protocol":"openid-connect","protocolMapper":"oidc-audience-mapper",
                 "config":{"included.custom.audience":"kafka","access.token.claim":"true"}}]}],
             "clients":[{"clientId":"%s","secret":"%s","enabled":true,"serviceAccountsEnabled":true,
               "standardFlowEnabled":false,"publicClient":false,"defaultClientScopes":["kafka"]}]}
            """;

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;
    private final ServerProcess process;

    /** @param tokenSeconds that a token lives */
    public Keycloak(int tokenSeconds) throws IOException {
        port = ServerProcess.freePort();
        int management = ServerProcess.freePort();
        Path directory = ServerProcess.directory("keycloak");
        Path home = directory.resolve("home");
        copy(ServerProcess.published("keycloak/target/keycloak"), home);
        Files.createDirectories(home.resolve("data/import"));
        Files.writeString(home.resolve("data/import/lab.json"), REALM.formatted(tokenSeconds, CLIENT, SECRET));
        List<String> command = List.of(
                "bash",
                home.resolve("bin/kc.sh").toString(),
                "start-dev",
                "--import-realm",
                "--http-host=127.0.0.1",
                "--http-port=" + port,
                "--http-management-port=" + management);
        Map<String, String> environment = Map.of(
                "KC_BOOTSTRAP_ADMIN_USERNAME",
                "admin",
                "KC_BOOTSTRAP_ADMIN_PASSWORD",
                "admin",
                "JAVA_OPTS_KC_HEAP",
                "-Xms64m -Xmx256m");
        process = new ServerProcess(directory, command, environment, () -> status(issuer()) == 200);
    }

    /** The distribution changes its own folder, so each run has a copy; jars are linked. */
    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (file.toString().endsWith(".jar")) {
                    Files.createLink(target, file);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private int status(String url) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create(url))
                                .timeout(Duration.ofSeconds(5))
                                .build(),
                        BodyHandlers.ofString())
                .statusCode();
    }

    public Keycloak start() throws IOException {
        process.start();
        return this;
    }

    public ServerProcess process() {
        return process;
    }

    public String issuer() {
        return "http://127.0.0.1:" + port + "/realms/lab";
    }

    public String tokenEndpoint() {
        return issuer() + "/protocol/openid-connect/token";
    }

    @Override
    public void close() {
        process.close();
    }
}
