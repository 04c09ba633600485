package io.magnetar.it.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Runs commands as a user does in the project's directory, and other projects' programs. */
final class Launcher {
    private Launcher() {}

    /** The project's top directory. */
    static Path home() {
        String home = System.getProperty("magnetar.home");
        if (home == null) {
            throw new IllegalStateException("the build passes the project's directory as magnetar.home");
        }
        return Path.of(home);
    }

    static String script() {
        return home().resolve("magnetar").toString();
    }

    /**
     * Runs a command to its end and returns what it printed; fails when its exit code is not 0 or it takes too long.
     */
    static String run(Duration patience, String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("magnetar-command-", ".log");
        Process process = new ProcessBuilder(command)
                .directory(home().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(patience.toSeconds(), TimeUnit.SECONDS);
            String printed = Files.readString(output, UTF_8);
            if (!ended || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", command)
                        + (ended ? " ended with " + process.exitValue() : " did not end")
                        + " and printed\n"
                        + printed);
            }
            return printed;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Files.delete(output);
        }
    }
}
