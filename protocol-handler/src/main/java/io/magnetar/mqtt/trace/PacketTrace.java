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
    private static final int MAX_WAITING_LINES = 4_096;
    static final long MAX_FILE_BYTES = 64L << 20;

    private final TraceRequest request;
    private final Path file;
    private final OutputStream out;
    private final Runnable onFull;
    private final Queue<String> waiting = new LinkedBlockingQueue<>(MAX_WAITING_LINES);
    private final AtomicLong leftOut = new AtomicLong();
    private final Turns turns;
    private long written;
    private boolean closed;

    /** @param onFull runs when the file has the size that it may have, or cannot be written */
    PacketTrace(TraceRequest request, Path file, OutputStream out, Executor writers, Runnable onFull) {
        this.request = request;
        this.file = file;
        this.out = out;
        this.onFull = onFull;
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
        if (closed) {
            return;
        }
        try {
            StringBuilder text = new StringBuilder();
            for (String line = waiting.poll(); line != null; line = waiting.poll()) {
                text.append(line).append('\n');
            }
            long missing = leftOut.getAndSet(0);
            if (missing > 0) {
                text.append("# ").append(missing).append(" packets left out\n");
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            out.write(bytes);
            written += bytes.length;
            if (written >= MAX_FILE_BYTES) {
                out.write("# the file is full\n".getBytes(StandardCharsets.UTF_8));
                onFull.run();
            }
        } catch (IOException e) {
            LOG.warn("The trace {} ends, for it cannot be written: {}", file, e.toString());
            onFull.run();
        }
    }

    /** Writes what waits, and closes the file. */
    void close() {
        turns.take(() -> {
            write();
            closed = true;
            try {
                out.close();
            } catch (IOException e) {
                LOG.warn("The trace {} could not be closed: {}", file, e.toString());
            }
        });
    }
}
