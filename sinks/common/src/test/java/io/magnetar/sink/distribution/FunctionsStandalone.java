package io.magnetar.sink.distribution;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * The real distribution's standalone with its functions worker and one connector, in a home of its own. The system property
 * {@code magnetar.distribution} says where the distribution is.
 *
 * <p>Thread: the test's.
 */
public final class FunctionsStandalone implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(4);

    private final Path home;
    private final int brokerPort;
    private final int adminPort;
    private final Process process;

    /** How the functions worker runs connectors. */
    public enum Mode {
        /** In the worker's own process; connectors see the broker's jars. */
        THREAD,
        /** Each instance in a process; connectors see {@code java-instance.jar}. */
        PROCESS
    }

    /**
     * Starts it, and returns when it takes connectors.
     *
     * @param home a directory that is new
     * @param settings of the broker
     */
    public FunctionsStandalone(Path home, Path nar, Mode mode, Map<String, String> settings) throws Exception {
        this.home = home;
        List<Integer> ports = freePorts(3);
        brokerPort = ports.get(0);
        adminPort = ports.get(1);
        layHome(nar, mode, settings);
        ProcessBuilder builder = new ProcessBuilder(
                        home.resolve("bin/pulsar").toString(),
                        "standalone",
                        "--config",
                        home.resolve("conf/standalone.conf").toString(),
                        "--metadata-dir",
                        home.resolve("data/metadata").toString(),
                        "--bookkeeper-dir",
                        home.resolve("data/bookkeeper").toString(),
                        "--bookkeeper-port",
                        Integer.toString(ports.get(2)),
                        "--functions-worker-conf",
                        home.resolve("conf/functions_worker.yml").toString(),
                        "--no-stream-storage")
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("logs/output.log").toFile());
        builder.environment().put("PULSAR_MEM", "-Xms256m -Xmx768m -XX:MaxDirectMemorySize=768m");
        builder.environment().put("PULSAR_LOG_DIR", home.resolve("logs").toString());
        builder.environment()
                .put(
                        "PULSAR_STANDALONE_CONF",
                        home.resolve("conf/standalone.conf").toString());
        builder.environment().put("PULSAR_STANDALONE_USE_ZOOKEEPER", "");
        process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
        awaitWorker();
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private void layHome(Path nar, Mode mode, Map<String, String> settings) throws IOException {
        String property = System.getProperty("magnetar.distribution");
        if (property == null) {
            throw new IllegalStateException("-Dmagnetar.distribution=DIRECTORY says where Pulsar's distribution is");
        }
        Path distribution = Path.of(property).toRealPath();
        for (String directory : List.of("connectors", "functions", "logs", "data")) {
            Files.createDirectories(home.resolve(directory));
        }
        Files.createSymbolicLink(home.resolve("lib"), distribution.resolve("lib"));
        Files.createSymbolicLink(home.resolve("instances"), distribution.resolve("instances"));
        copy(distribution.resolve("bin"), home.resolve("bin"));
        copy(distribution.resolve("conf"), home.resolve("conf"));
        Files.copy(nar, home.resolve("connectors").resolve(nar.getFileName().toString()));

        StringBuilder broker = new StringBuilder(Files.readString(home.resolve("conf/standalone.conf"))
                .replaceAll("(?m)^(brokerServicePort|webServicePort|bindAddress|advertisedAddress)=.*$", ""));
        broker.append("\nbrokerServicePort=")
                .append(brokerPort)
                .append("\nwebServicePort=")
                .append(adminPort);
        broker.append("\nadvertisedAddress=127.0.0.1\nbindAddress=127.0.0.1\n");
        settings.forEach(
                (key, value) -> broker.append(key).append('=').append(value).append('\n'));
        Files.writeString(home.resolve("conf/standalone.conf"), broker);

        Path worker = home.resolve("conf/functions_worker.yml");
        String configuration = Files.readString(worker)
                .replace("instanceLivenessCheckFreqMs: 30000", "instanceLivenessCheckFreqMs: 1000")
                .replace("failureCheckFreqMs: 30000", "failureCheckFreqMs: 1000");
        if (mode == Mode.THREAD) {
            configuration = configuration
                    .replace(
                            "functionRuntimeFactoryClassName: org.apache.pulsar.functions.runtime.process.ProcessRuntimeFactory",
                            "functionRuntimeFactoryClassName: org.apache.pulsar.functions.runtime.thread.ThreadRuntimeFactory")
                    .replace("    logDirectory: logs/", "    threadGroupName: connectors")
                    .replaceAll(
                            "(?m)^ {4}(javaInstanceJarLocation|pythonInstanceLocation|extraFunctionDependenciesDir):$",
                            "");
        }
        Files.writeString(worker, configuration);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private void awaitWorker() {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest leader = HttpRequest.newBuilder(URI.create(adminUrl() + "/admin/v2/worker/cluster/leader/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        Awaitility.await("the functions worker")
                .atMost(START)
                .pollInterval(Duration.ofMillis(300))
                .ignoreExceptions()
                .failFast(() -> {
                    if (!process.isAlive()) {
                        throw new AssertionError("Pulsar has ended; see " + home.resolve("logs"));
                    }
                })
                .until(() -> http.send(leader, HttpResponse.BodyHandlers.discarding())
                                .statusCode()
                        == 200);
    }

    public String serviceUrl() {
        return "pulsar://127.0.0.1:" + brokerPort;
    }

    public String adminUrl() {
        return "http://127.0.0.1:" + adminPort;
    }

    public Path home() {
        return home;
    }

    /** The processes of instances, with {@link Mode#PROCESS}. */
    public List<ProcessHandle> instances() {
        return process.descendants()
                .filter(each -> each.info()
                        .arguments()
                        .map(arguments -> String.join(" ", arguments).contains("JavaInstanceMain"))
                        .orElse(false))
                .toList();
    }

    private void kill() {
        List<ProcessHandle> all = process.descendants().toList();
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() throws InterruptedException {
        List<ProcessHandle> all = process.descendants().toList();
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
