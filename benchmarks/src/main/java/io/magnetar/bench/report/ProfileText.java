package io.magnetar.bench.report;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/**
 * A recording of Java's Flight Recorder as Markdown: where the processor's time goes, and what is allocated where. Time in the
 * kernel counts for the method that called it.
 *
 * <p>Thread: one at a time.
 */
public final class ProfileText {
    private static final int ROWS = 20;
    private static final String OURS = "io.magnetar.";
    private static final String PULSARS = "org.apache.";

    private final Map<String, Double> methods = new HashMap<>();
    private final Map<String, Double> callers = new HashMap<>();
    private final Map<String, Double> classes = new HashMap<>();
    private final Map<String, Double> sites = new HashMap<>();
    private long collections;
    private Duration paused = Duration.ZERO;

    private ProfileText() {}

    /**
     * @param recording a file that Flight Recorder has written
     * @throws IOException when it cannot be read
     */
    public static String of(Path recording) throws IOException {
        ProfileText text = new ProfileText();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                text.add(file.readEvent());
            }
        }
        return text.markdown();
    }

    private void add(RecordedEvent event) {
        switch (event.getEventType().getName()) {
            case "jdk.ExecutionSample", "jdk.NativeMethodSample" -> addSample(event);
            case "jdk.ObjectAllocationSample" -> addAllocation(event);
            case "jdk.GarbageCollection" -> {
                collections++;
                paused = paused.plus(event.getDuration("sumOfPauses"));
            }
            default -> {}
        }
    }

    private void addSample(RecordedEvent event) {
        List<RecordedFrame> frames = frames(event);
        if (!frames.isEmpty() && !waits(name(frames.get(0)))) {
            add(methods, name(frames.get(0)), 1);
            add(callers, ours(frames), 1);
        }
    }

    /** A thread that waits for events is sampled as if it worked. */
    private static boolean waits(String method) {
        return method.contains("epollWait")
                || method.contains("EPoll.wait")
                || method.endsWith("Net.poll")
                || method.endsWith("Object.wait")
                || method.contains(".accept")
                || method.contains("Unsafe.park");
    }

    private void addAllocation(RecordedEvent event) {
        double weight = event.getLong("weight");
        RecordedClass type = event.getClass("objectClass");
        add(classes, type == null ? "?" : type.getName(), weight);
        List<RecordedFrame> frames = frames(event);
        if (!frames.isEmpty()) {
            add(sites, ours(frames), weight);
        }
    }

    private static List<RecordedFrame> frames(RecordedEvent event) {
        RecordedStackTrace trace = event.getStackTrace();
        return trace == null ? List.of() : trace.getFrames();
    }

    /** The innermost method of Magnetar; in a thread that has none that of Pulsar or BookKeeper, in parentheses. */
    private static String ours(List<RecordedFrame> frames) {
        List<String> names = frames.stream().map(ProfileText::name).toList();
        return names.stream()
                .filter(name -> name.startsWith(OURS))
                .findFirst()
                .or(() -> names.stream()
                        .filter(name -> name.startsWith(PULSARS))
                        .findFirst()
                        .map(name -> "(" + name + ")"))
                .orElse("(others)");
    }

    private static String name(RecordedFrame frame) {
        RecordedMethod method = frame.getMethod();
        return method.getType().getName() + "." + method.getName();
    }

    private static void add(Map<String, Double> sums, String key, double value) {
        sums.merge(key, value, Double::sum);
    }

    private String markdown() {
        List<String> lines = new ArrayList<>();
        lines.add(
                String.format(Locale.ROOT, "%d collections, %.0f ms of pauses.", collections, paused.toNanos() / 1e6));
        table(lines, "Processor, by method", methods);
        table(lines, "Processor, by the innermost method of Magnetar", callers);
        table(lines, "Allocation, by class", classes);
        table(lines, "Allocation, by the innermost method of Magnetar", sites);
        return String.join("\n", lines) + "\n";
    }

    private static void table(List<String> lines, String title, Map<String, Double> sums) {
        double all = sums.values().stream().mapToDouble(Double::doubleValue).sum();
        lines.add("");
        lines.add("| " + title + " | share |");
        lines.add("|---|--:|");
        sums.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .limit(ROWS)
                .map(entry ->
                        String.format(Locale.ROOT, "| `%s` | %.1f %% |", entry.getKey(), 100 * entry.getValue() / all))
                .forEach(lines::add);
    }
}
