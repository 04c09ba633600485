package io.magnetar.it.distribution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.pulsar.client.impl.auth.AuthenticationToken;

/** {@code bin/pulsar-admin} of a standalone's Pulsar home, with its client.conf. Thread: the test's. */
final class AdminTool {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Standalone standalone;
    private final String root;

    /** @param root the token of a superuser */
    AdminTool(Standalone standalone, String root) {
        this.standalone = standalone;
        this.root = root;
    }

    /** What a command printed, and how it ended. */
    record Ran(int exitCode, String printed) {
        JsonNode json() throws Exception {
            return JSON.readTree(printed);
        }
    }

    Ran asRoot(String... arguments) throws Exception {
        return as(root, arguments);
    }

    Ran as(String token, String... arguments) throws Exception {
        List<String> whole = new ArrayList<>(List.of(
                "--auth-plugin", AuthenticationToken.class.getName(), "--auth-params", "token:" + token, "mqtt"));
        whole.addAll(List.of(arguments));
        return run(whole);
    }

    Ran run(List<String> arguments) throws Exception {
        return run(arguments, standalone.home().resolve("conf/client.conf"));
    }

    Ran run(List<String> arguments, Path clientConf) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(standalone.home().resolve("bin/pulsar-admin").toString()));
        command.addAll(arguments);
        Path printed = Files.createTempFile("pulsar-admin-", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
        builder.environment().put("PULSAR_CLIENT_CONF", clientConf.toString());
        int exitCode = builder.start().waitFor();
        return new Ran(exitCode, Files.readString(printed));
    }
}
