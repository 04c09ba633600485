package io.magnetar.sink.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A Kafka broker in KRaft mode, with a listener without a login, one with PLAIN and SCRAM, one with TLS that wants a
 * certificate, and, where it is given an authorization server, one with OAUTHBEARER. Topics are not made by themselves; everyone
 * may do what no ACL forbids.
 *
 * <p>Thread: the test's.
 */
public final class KafkaBroker implements AutoCloseable {
    public static final String USER = "app";
    public static final String PASSWORD = "app-\\secret\"";

    private static final String STORAGE_ID = "MKGIGkBOQgCdUGKUPehKSA";
    private static final String LOGIN_MODULES = "org.apache.kafka.common.security.";

    private final Path directory;
    private final int open;
    private final int sasl;
    private final int oauth;
    private final int oauthTls;
    private final int tls;
    private final Certificates server;
    private final Certificates client;
    private final ServerProcess process;

    /** @param issuer of the tokens that the OAuth listener takes, empty for none; its keys are below it as Keycloak has them */
    public KafkaBroker(String issuer) throws IOException {
        directory = ServerProcess.directory("kafka");
        open = ServerProcess.freePort();
        sasl = ServerProcess.freePort();
        oauth = ServerProcess.freePort();
        oauthTls = ServerProcess.freePort();
        tls = ServerProcess.freePort();
        try {
            server = Certificates.make(directory, "server");
            client = Certificates.make(directory, "client");
        } catch (GeneralSecurityException | InterruptedException e) {
            throw new IllegalStateException("no certificates", e);
        }
        Files.write(directory.resolve("server.properties"), properties(issuer, ServerProcess.freePort()));
        List<String> command = new ArrayList<>(List.of(ServerProcess.java(), "-Xmx320m"));
        if (!issuer.isEmpty()) {
            command.add("-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=" + keys(issuer));
        }
        command.addAll(List.of("-cp", classPath(), "kafka.Kafka", "server.properties"));
        process = new ServerProcess(directory, command, Map.of(), this::isStarted);
    }

    private boolean isStarted() throws IOException {
        String log = Files.readString(directory.resolve("console.log"));
        return log.lastIndexOf("Kafka Server started") > log.lastIndexOf("shut down completed");
    }

    private static String classPath() {
        return ServerProcess.published("kafka/target/lib") + "/*";
    }

    private static String keys(String issuer) {
        return issuer + "/protocol/openid-connect/certs";
    }

    private List<String> properties(String issuer, int controller) {
        List<String> lines = new ArrayList<>(List.of(
                "process.roles=broker,controller",
                "node.id=1",
                "controller.quorum.voters=1@127.0.0.1:" + controller,
                "controller.listener.names=CONTROLLER",
                "inter.broker.listener.name=OPEN",
                "log.dirs=" + directory.resolve("data"),
                "num.partitions=3",
                "auto.create.topics.enable=false",
                "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found=true",
                "offsets.topic.replication.factor=1",
                "offsets.topic.num.partitions=1",
                "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1",
                "transaction.state.log.num.partitions=1",
                "group.initial.rebalance.delay.ms=0",
                "listener.name.tls.ssl.keystore.type=PKCS12",
                "listener.name.tls.ssl.keystore.location=" + server.store(),
                "listener.name.tls.ssl.keystore.password=" + Certificates.PASSWORD,
                "listener.name.tls.ssl.truststore.type=PEM",
                "listener.name.tls.ssl.truststore.location=" + client.certificate(),
                "listener.name.tls.ssl.client.auth=required",
                "listener.name.sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
                "listener.name.sasl.plain.sasl.jaas.config=" + LOGIN_MODULES + "plain.PlainLoginModule required user_"
                        + USER + "=\"" + escaped(PASSWORD) + "\";",
                "listener.name.sasl.scram-sha-256.sasl.jaas.config=" + LOGIN_MODULES
                        + "scram.ScramLoginModule required;",
                "listener.name.sasl.scram-sha-512.sasl.jaas.config=" + LOGIN_MODULES
                        + "scram.ScramLoginModule required;"));
        String listeners = "CONTROLLER://127.0.0.1:" + controller + ",OPEN://127.0.0.1:" + open + ",SASL://127.0.0.1:"
                + sasl + ",TLS://127.0.0.1:" + tls;
        String advertised = "OPEN://127.0.0.1:" + open + ",SASL://127.0.0.1:" + sasl + ",TLS://127.0.0.1:" + tls;
        String protocols = "CONTROLLER:PLAINTEXT,OPEN:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SSL";
        if (!issuer.isEmpty()) {
            String more = ",OAUTH://127.0.0.1:" + oauth + ",OAUTHTLS://127.0.0.1:" + oauthTls;
            listeners += more;
            advertised += more;
            protocols += ",OAUTH:SASL_PLAINTEXT,OAUTHTLS:SASL_SSL";
            lines.addAll(oauth("oauth", issuer));
            lines.addAll(oauth("oauthtls", issuer));
            lines.addAll(List.of(
                    "listener.name.oauthtls.ssl.keystore.type=PKCS12",
                    "listener.name.oauthtls.ssl.keystore.location=" + server.store(),
                    "listener.name.oauthtls.ssl.keystore.password=" + Certificates.PASSWORD));
        }
        lines.add("listeners=" + listeners);
        lines.add("advertised.listeners=" + advertised);
        lines.add("listener.security.protocol.map=" + protocols);
        return lines;
    }

    /** What a listener needs that takes tokens. */
    private static List<String> oauth(String listener, String issuer) {
        String name = "listener.name." + listener + ".";
        return List.of(
                name + "sasl.enabled.mechanisms=OAUTHBEARER",
                name + "oauthbearer.sasl.server.callback.handler.class=" + LOGIN_MODULES
                        + "oauthbearer.OAuthBearerValidatorCallbackHandler",
                name + "oauthbearer.sasl.jaas.config=" + LOGIN_MODULES + "oauthbearer.OAuthBearerLoginModule required;",
                name + "sasl.oauthbearer.jwks.endpoint.url=" + keys(issuer),
                name + "sasl.oauthbearer.expected.issuer=" + issuer,
                name + "sasl.oauthbearer.expected.audience=kafka",
                name + "sasl.oauthbearer.sub.claim.name=azp",
                // So that a client has to show a new token before the old one ends.
                name + "oauthbearer.connections.max.reauth.ms=3600000");
    }

    /** For JAAS, and then for a properties file. */
    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\\", "\\\\");
    }

    public KafkaBroker start() throws IOException, InterruptedException {
        if (!Files.exists(directory.resolve("data"))) {
            Process format = new ProcessBuilder(
                            ServerProcess.java(),
                            "-Xmx128m",
                            "-cp",
                            classPath(),
                            "kafka.tools.StorageTool",
                            "format",
                            "-t",
                            STORAGE_ID,
                            "-c",
                            "server.properties")
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("format.log").toFile())
                    .start();
            if (!format.waitFor(2, TimeUnit.MINUTES) || format.exitValue() != 0) {
                throw new IllegalStateException(Files.readString(directory.resolve("format.log")));
            }
        }
        Files.deleteIfExists(process.log());
        process.start();
        return this;
    }

    public ServerProcess process() {
        return process;
    }

    /** Of the listener without a login. */
    public String servers() {
        return "127.0.0.1:" + open;
    }

    /** Of the listener with PLAIN and SCRAM. */
    public String saslServers() {
        return "127.0.0.1:" + sasl;
    }

    /** Of the listener with TLS that takes tokens. */
    public String oauthTlsServers() {
        return "127.0.0.1:" + oauthTls;
    }

    /** Of the listener with TLS. */
    public String tlsServers() {
        return "127.0.0.1:" + tls;
    }

    /** Whose certificate the listener with TLS has. */
    public Certificates server() {
        return server;
    }

    /** Whose certificate the listener with TLS takes. */
    public Certificates client() {
        return client;
    }

    /** Of the listener with OAUTHBEARER. */
    public String oauthServers() {
        return "127.0.0.1:" + oauth;
    }

    @Override
    public void close() {
        process.close();
    }
}
