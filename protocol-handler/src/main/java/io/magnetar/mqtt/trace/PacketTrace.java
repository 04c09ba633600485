package io.magnetar.mqtt.trace;

import io.magnetar.stream.turn.Turns;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One trace that runs. Lines that come faster than they are written are left out, and the file says how many.
 *
 * <p>Thread: any hands lines over; the file belongs to turns of the writers' thread.
 */
public final class PacketTrace {
    private static final Logger LOG = LoggerFactory.getLogger(PacketTrace.class);
    static final int MAX_WAITING_LINES = 4_096;

    private final TraceRequest request;
    private final Path file;
    private final OutputStream out;
    private final long maxFileBytes;
    private final Runnable onEnd;
    private final Queue<String> waiting = new LinkedBlockingQueue<>(MAX_WAITING_LINES);
    private final AtomicLong leftOut = new AtomicLong();
    private final Turns turns;
    private long written;
    private boolean ended;

    /**
     * @param out closed with the trace
     * @param maxFileBytes how many bytes of lines the file may have
     * @param onEnd runs once, when the file has no room for a line, or cannot be written
     */
    PacketTrace(
            TraceRequest request, Path file, OutputStream out, Executor writers, long maxFileBytes, Runnable onEnd) {
        this.request = request;
        this.file = file;
        this.out = out;
        this.maxFileBytes = maxFileBytes;
        this.onEnd = onEnd;
        this.turns = new Turns(writers, this::write);
    }

    public TraceRequest request() {
        return request;
    }

    Path file() {
        return file;
    }

    /** Hands a line over, or counts it when too many wait. */
    public void line(String line) {
        if (!waiting.offer(line)) {
            leftOut.incrementAndGet();
        }
        turns.take();
    }

    private void write() {
        if (ended) {
            return;
        }
        try {
            for (String line = waiting.poll(); line != null && !ended; line = waiting.poll()) {
                put(line);
            }
            long missing = leftOut.getAndSet(0);
            if (missing > 0 && !ended) {
                put("# " + missing + " packets left out");
            }
            out.flush();
        } catch (IOException e) {
            LOG.warn("The trace {} ends, for it cannot be written: {}", file, e.toString());
            end();
        }
    }

    private void put(String line) throws IOException {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        if (written + bytes.length > maxFileBytes) {
            out.write("# the file is full\n".getBytes(StandardCharsets.UTF_8));
            end();
            return;
        }
        out.write(bytes);
        written += bytes.length;
    }

    private void end() {
        ended = true;
        onEnd.run();
    }

    /** Writes what waits, and closes the file. */
    void close() {
        turns.take(() -> {
            write();
            ended = true;
            try {
                out.close();
            } catch (IOException e) {
                LOG.warn("The trace {} could not be closed: {}", file, e.toString());
            }
        });
    }
}
