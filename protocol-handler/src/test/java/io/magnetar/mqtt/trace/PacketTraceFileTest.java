package io.magnetar.mqtt.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.tenancy.Namespace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The file of a trace: what it has when lines come faster than they are written, and when it is full. */
class PacketTraceFileTest {
    private static final TraceRequest REQUEST =
            new TraceRequest(new Namespace("public"), "robot", 60, TraceRequest.Payload.NONE, 64);

    private final Queue<Runnable> writers = new ArrayDeque<>();
    private final AtomicInteger ends = new AtomicInteger();
    private final Recorded out = new Recorded();

    private static final class Recorded extends ByteArrayOutputStream {
        boolean closed;

        @Override
        public void close() {
            closed = true;
        }

        List<String> lines() {
            return toString(UTF_8).lines().toList();
        }
    }

    private PacketTrace trace(OutputStream file, long maxFileBytes) {
        return new PacketTrace(
                REQUEST, Path.of("robot.trace"), file, writers::add, maxFileBytes, ends::incrementAndGet);
    }

    private void runWriters() {
        for (Runnable task = writers.poll(); task != null; task = writers.poll()) {
            task.run();
        }
    }

    @Test
    void saysHowManyLinesWereLeftOutWhereTheyAreMissing() {
        PacketTrace trace = trace(out, Long.MAX_VALUE);
        for (int i = 0; i < PacketTrace.MAX_WAITING_LINES + 10; i++) {
            trace.line("line " + i);
        }
        runWriters();
        trace.line("next");
        runWriters();

        List<String> lines = out.lines();
        assertThat(lines).hasSize(PacketTrace.MAX_WAITING_LINES + 2);
        assertThat(lines).element(PacketTrace.MAX_WAITING_LINES - 1).isEqualTo("line 4095");
        assertThat(lines).endsWith("# 10 packets left out", "next");
    }

    @Test
    void endsOnceWhenALineHasNoRoomInTheFile() {
        PacketTrace trace = trace(out, 100);
        for (int i = 0; i < 50; i++) {
            trace.line("012345678"); // ten bytes with its end
        }
        runWriters();
        trace.line("too late");
        runWriters();
        assertThat(ends).hasValue(1);
        assertThat(out.closed).isFalse();

        trace.close();
        runWriters();

        assertThat(out.lines()).hasSize(11).endsWith("# the file is full");
        assertThat(out.closed).isTrue();
    }

    @Test
    void closingWritesWhatWaits() {
        PacketTrace trace = trace(out, 100);
        trace.line("waits");
        trace.close();
        runWriters();
        trace.line("after the end");
        runWriters();

        assertThat(out.lines()).containsExactly("waits");
        assertThat(out.closed).isTrue();
        assertThat(ends).as("who closes it knows").hasValue(0);
    }

    @Test
    void endsOnceWhenTheFileCannotBeWritten() {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        PacketTrace trace = trace(broken, 100);
        trace.line("first");
        runWriters();
        trace.line("second");
        runWriters();

        assertThat(ends).hasValue(1);
    }
}
