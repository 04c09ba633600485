package io.magnetar.bench.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Another Java process of this machine, looked at with the JDK's {@code jcmd}.
 *
 * <p>Thread: any, because it keeps nothing; it blocks while the other process collects its garbage.
 */
public record JavaProcess(LinuxProcess process) {
    private static final String RECORDING = "bench";
    private static final Pattern USED = Pattern.compile("heap\\s+total \\d+K, used (\\d+)K");
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");

    /**
     * What it has in memory after a full collection.
     *
     * @throws IOException when it is no Java process, or this JVM is no JDK
     */
    public Growth.Memory memory() throws IOException, InterruptedException {
        jcmd("GC.run");
        Matcher total = TOTAL.matcher(jcmd("GC.class_histogram"));
        if (!total.find()) {
            throw new IOException("jcmd did not tell the heap of process " + process.pid());
        }
        return new Growth.Memory(Long.parseLong(total.group(1)), process.residentBytes());
    }

    /** How many bytes of its heap are used, garbage too: what it has needed at most between two collections shows over time. */
    public long usedHeapBytes() throws IOException, InterruptedException {
        Matcher used = USED.matcher(jcmd("GC.heap_info"));
        if (!used.find()) {
            throw new IOException("jcmd did not tell the used heap of process " + process.pid());
        }
        return Long.parseLong(used.group(1)) * 1024;
    }

    /** Starts Java's Flight Recorder, with the JDK's settings for profiles. */
    public void startRecording() throws IOException, InterruptedException {
        jcmd("JFR.start", "name=" + RECORDING, "settings=profile");
    }

    /** Ends the recording, and has the process write it to a file. */
    public void stopRecording(Path file) throws IOException, InterruptedException {
        jcmd("JFR.stop", "name=" + RECORDING, "filename=" + file.toAbsolutePath());
    }

    private String jcmd(String... command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(process.pid())));
        line.addAll(List.of(command));
        Process jcmd = new ProcessBuilder(line).redirectErrorStream(true).start();
        String printed = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (jcmd.waitFor() != 0) {
            throw new IOException(
                    "jcmd " + process.pid() + " " + String.join(" ", command) + " failed: " + printed.strip());
        }
        return printed;
    }
}
