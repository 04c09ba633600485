package io.magnetar.it.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a standalone did that is not READY in time: what it printed, the end of its log, and what its threads wait for. */
final class StartFailure {
    private static final int LOG_LINES = 400;

    private StartFailure() {}

    static String describe(Process launcher, String console, Path log) throws IOException {
        return "not READY; the launcher printed\n" + console + "\nthe end of the log:\n" + end(log) + "\nthe threads:\n"
                + threads(launcher);
    }

    private static String end(Path log) throws IOException {
        if (!Files.exists(log)) {
            return "(there is none)";
        }
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    private static String threads(Process launcher) throws IOException {
        Optional<ProcessHandle> broker = Standalone.broker(launcher);
        if (broker.isEmpty()) {
            return "(the broker does not run)";
        }
        try {
            return Launcher.run(
                    Duration.ofMinutes(1), "jstack", Long.toString(broker.get().pid()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "(interrupted)";
        }
    }
}
