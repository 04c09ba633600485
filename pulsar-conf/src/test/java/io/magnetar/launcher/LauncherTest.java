package io.magnetar.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LauncherTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {"standalone", "pulsar-admin", "pulsar-client", "trace", "demo", "test", "prepare", "version"})
    void everyCommandExplainsItself(String command) throws Exception {
        Bash.Result result = Bash.magnetar(command, "--help");
        assertThat(result.exitStatus()).isZero();
        assertThat(result.output()).startsWith("usage: ./magnetar " + command);
    }

    @Test
    void helpNamesEveryCommand() throws Exception {
        assertThat(Bash.magnetar("help").output())
                .contains("standalone", "pulsar-admin", "pulsar-client", "trace", "demo", "bench", "test", "version");
    }

    @Test
    void refusesWhatItDoesNotKnowWithOneLine() throws Exception {
        assertRefused("unknown command 'stanalone'", "stanalone");
        assertRefused("unknown option '--prot'", "standalone", "--prot", "1");
        assertRefused("unknown option '--mqqt-port'", "standalone", "--mqqt-port", "1");
        assertRefused("option --data needs a value", "standalone", "--data");
        assertRefused(
                "option --mqtt-port needs a port from 1 to 65535, not '70000'", "standalone", "--mqtt-port", "70000");
        assertRefused("option --set needs KEY=VALUE, not 'key'", "standalone", "--set", "key");
        assertRefused("trace needs start, stop or list, not 'begin'", "trace", "begin", "robot-7");
        assertRefused("trace start needs a client identifier", "trace", "start");
        assertRefused("trace stop: unknown option '--seconds'", "trace", "stop", "robot-7", "--seconds", "3");
        assertRefused("option --payload needs a value", "trace", "start", "robot-7", "--payload");
        assertRefused("trace list: unknown option 'robot-7'", "trace", "list", "robot-7");
        assertRefused("use --pulsar-port instead", "standalone", "--set", "brokerServicePort=1");
    }

    private static void assertRefused(String reason, String... arguments) throws IOException, InterruptedException {
        Bash.Result result = Bash.magnetar(arguments);
        assertThat(result.exitStatus()).as(result.output()).isEqualTo(2);
        assertThat(result.output()).contains(reason).hasLineCount(1);
    }

    @Test
    void tellsTheWholeReasonWhyABrokerIsNotReady() throws Exception {
        String status = """
                HTTP/1.1 503 Service Unavailable
                content-type: application/json

                {
                  "ready" : false,
                  "reason" : "trying again after: the \\"sessions\\" of C:\\\\x cannot be read, says {a}",
                  "refusedStreams" : [ {
                    "reason" : "another"
                  } ]
                }
                """;
        Bash.Result result = Bash.withParts(
                List.of("messages", "broker"),
                "http_get() { printf '%s' '" + status
                        + "'; }; HTTP_HOST=h; HTTP_PORT=1; FUNCTIONS=no; not_ready_because");
        assertThat(result.output())
                .isEqualToIgnoringNewLines("trying again after: the \"sessions\" of C:\\x cannot be read, says {a}");
    }

    @Test
    void namesEveryPortInUseWithItsOption() throws Exception {
        try (ServerSocket first = listener();
                ServerSocket second = listener()) {
            Bash.Result result = Bash.magnetar(
                    "standalone",
                    "--data",
                    directory.toString(),
                    "--mqtt-port",
                    String.valueOf(first.getLocalPort()),
                    "--admin-port",
                    String.valueOf(second.getLocalPort()));
            assertThat(result.exitStatus()).isEqualTo(1);
            assertThat(result.output())
                    .contains(
                            "port " + first.getLocalPort() + " is in use, choose another with --mqtt-port",
                            "port " + second.getLocalPort() + " is in use, choose another with --admin-port")
                    .hasLineCount(1);
        }
    }

    private static ServerSocket listener() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @Test
    void sharesItsDataWithNobody() throws Exception {
        Bash.Result result = Bash.run(
                List.of(
                        "flock",
                        directory.resolve("lock").toString(),
                        "bash",
                        Bash.PROJECT.resolve("magnetar").toString(),
                        "standalone",
                        "--data",
                        directory.toString()),
                Map.of());
        assertThat(result.exitStatus()).isEqualTo(1);
        assertThat(result.output())
                .contains("another standalone runs with the data in " + directory)
                .hasLineCount(1);
    }

    @Test
    void keepsTheBookiePortThatTheDataWereMadeWith() throws Exception {
        Files.writeString(directory.resolve("bookie-port"), "3999\n");
        Bash.Result result = Bash.magnetar("standalone", "--data", directory.toString(), "--bookie-port", "3181");
        assertThat(result.exitStatus()).isEqualTo(1);
        assertThat(result.output()).contains("was made with --bookie-port 3999").hasLineCount(1);
    }

    @Test
    void saysThatNoStandaloneIsRunning() throws Exception {
        for (List<String> command : List.of(List.of("pulsar-admin", "tenants", "list"), List.of("trace", "list"))) {
            List<String> whole = new ArrayList<>(
                    List.of("bash", Bash.PROJECT.resolve("magnetar").toString()));
            whole.addAll(command);
            Bash.Result result = Bash.run(whole, Map.of("MAGNETAR_DATA", directory.toString()));
            assertThat(result.exitStatus()).isEqualTo(1);
            assertThat(result.output()).contains("no standalone is running").hasLineCount(1);
        }
    }

    @Test
    void refusesAJavaThatIsTooOld() throws Exception {
        Path java = Files.createDirectories(directory.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Bash.Result result = Bash.run(
                List.of("bash", Bash.PROJECT.resolve("magnetar").toString(), "standalone"),
                Map.of("JAVA_HOME", directory.toString()));
        assertThat(result.exitStatus()).isEqualTo(1);
        assertThat(result.output())
                .contains("is Java 11.0.2, a JDK 17 or later is needed")
                .hasLineCount(1);
    }
}
