package io.magnetar.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the launcher, or one of its functions, as a user's shell would. */
final class Bash {
    static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    private Bash() {}

    /**
     * What a command left.
     *
     * @param output standard output and error
     */
    record Result(int exitStatus, String output) {}

    static Result magnetar(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("bash", PROJECT.resolve("magnetar").toString()));
        command.addAll(List.of(arguments));
        return run(command, Map.of());
    }

    /** Runs a script with the functions of some parts of the launcher. */
    static Result withParts(List<String> parts, String script) throws IOException, InterruptedException {
        StringBuilder whole = new StringBuilder("set -euo pipefail\n");
        for (String part : parts) {
            whole.append(". '")
                    .append(PROJECT.resolve("pulsar-conf/launcher").resolve(part + ".sh"))
                    .append("'\n");
        }
        return run(List.of("bash", "-c", whole + script), Map.of());
    }

    static Result run(List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
        Path output = Files.createTempFile("magnetar", ".out");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("still running after a minute: " + command);
            }
            return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }
}
