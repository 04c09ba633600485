package io.magnetar.mqtt.trace;

import io.magnetar.tenancy.Namespace;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The traces of a broker that run. A trace ends by itself: after its time, and when its file is full.
 *
 * <p>Thread: any; starting one touches the disk, so never an event loop of clients.
 */
public final class PacketTraces {
    public static final int MAX_TRACES = 16;
    public static final int MAX_SECONDS = 86_400;
    private static final int LONGEST_NAME = 64;
    private static final long MAX_FILE_BYTES = 64L << 20;
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final @Nullable Path directory;
    private final InstantSource clock;
    private final ScheduledExecutorService writers;
    private final BiConsumer<Namespace, String> onChange;
    private final Map<Client, PacketTrace> running = new ConcurrentHashMap<>();

    private record Client(Namespace namespace, String clientId) {}

    /** A trace that does not begin. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String reason) {
            super(reason, null, false, false);
        }
    }

    /**
     * @param directory where files are made; null for no traces at all
     * @param writers one thread, which may wait for the disk
     * @param onChange told of each client whose trace has begun or ended; any thread
     */
    public PacketTraces(
            @Nullable Path directory,
            InstantSource clock,
            ScheduledExecutorService writers,
            BiConsumer<Namespace, String> onChange) {
        this.directory = directory;
        this.clock = clock;
        this.writers = writers;
        this.onChange = onChange;
    }

    public boolean areAvailable() {
        return directory != null;
    }

    /** Whether any client is traced. */
    public boolean anyRun() {
        return !running.isEmpty();
    }

    /** The trace of a client, null when there is none. */
    public @Nullable PacketTrace of(Namespace namespace, String clientId) {
        return running.isEmpty() ? null : running.get(new Client(namespace, clientId));
    }

    /** The traces that run: what was asked for, and their files. */
    public Map<TraceRequest, Path> running() {
        Map<TraceRequest, Path> all = new ConcurrentHashMap<>();
        running.values().forEach(trace -> all.put(trace.request(), trace.file()));
        return all;
    }

    /**
     * Begins a trace; one of the same client ends.
     *
     * @return its file
     */
    public Path start(TraceRequest request) throws RefusedException {
        Client client = new Client(request.namespace(), request.clientId());
        stop(client);
        if (running.size() >= MAX_TRACES) {
            throw new RefusedException("at most " + MAX_TRACES + " traces run at once");
        }
        Path file = Objects.requireNonNull(directory, "traces are available").resolve(fileName(request));
        PacketTrace trace = open(client, request, file);
        running.put(client, trace);
        var unused = writers.schedule(() -> stop(client, trace), request.seconds(), TimeUnit.SECONDS);
        onChange.accept(client.namespace(), client.clientId());
        return file;
    }

    private PacketTrace open(Client client, TraceRequest request, Path file) throws RefusedException {
        try {
            OutputStream out = new BufferedOutputStream(
                    Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
            PacketTrace[] opened = new PacketTrace[1];
            opened[0] = new PacketTrace(request, file, out, writers, MAX_FILE_BYTES, () -> stop(client, opened[0]));
            return opened[0];
        } catch (IOException e) {
            throw new RefusedException("the file cannot be made: " + e);
        }
    }

    /** What a client chose is no path: what is no letter, digit or hyphen is replaced, and a hash tells apart what looks alike. */
    private String fileName(TraceRequest request) {
        String id = request.clientId().replaceAll("[^A-Za-z0-9-]", "_");
        return String.format(
                Locale.ROOT,
                "%s-%08x-%s.trace",
                id.substring(0, Math.min(id.length(), LONGEST_NAME)),
                new Client(request.namespace(), request.clientId()).hashCode(),
                STAMP.format(clock.instant()));
    }

    /** @return whether there was one */
    public boolean stop(Namespace namespace, String clientId) {
        return stop(new Client(namespace, clientId));
    }

    private boolean stop(Client client) {
        PacketTrace trace = running.get(client);
        return trace != null && stop(client, trace);
    }

    private boolean stop(Client client, PacketTrace trace) {
        if (!running.remove(client, trace)) {
            return false;
        }
        trace.close();
        onChange.accept(client.namespace(), client.clientId());
        return true;
    }

    /** Ends all traces. */
    public void close() {
        List.copyOf(running.keySet()).forEach(this::stop);
        writers.shutdown();
    }
}
