package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.flow.LogText;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.ReasonCode;
import java.net.SocketAddress;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line per refused connection, {@code key=value} with what clients chose in quotes, escaped and cut. At most
 * {@value #LINES_PER_SECOND} a second: a line tells how many were left out before it.
 *
 * <p>Thread: any.
 */
public final class RefusalLog {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
    static final int LINES_PER_SECOND = 10;
    private static final long NANOS_PER_LINE = 1_000_000_000L / LINES_PER_SECOND;

    private final LongSupplier nanoTime;
    /** When all lines so far would have been written at the even pace that is allowed. */
    private final AtomicLong pace;

    private final AtomicLong leftOut = new AtomicLong();

    /** @param nanoTime a clock */
    public RefusalLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.pace = new AtomicLong(nanoTime.getAsLong() - LINES_PER_SECOND * NANOS_PER_LINE);
    }

    /** @param connect the client's CONNECT, null when it is not whole */
    void refused(@Nullable SocketAddress address, @Nullable Connect connect, ReasonCode code, String reason) {
        if (!LOG.isInfoEnabled()) {
            return;
        }
        if (mayWrite()) {
            LOG.info("{}", line(address, connect, code, reason, leftOut.getAndSet(0)));
        } else {
            leftOut.incrementAndGet();
        }
    }

    /** A second's lines may come at once; then they must keep to the pace. */
    boolean mayWrite() {
        long now = nanoTime.getAsLong();
        while (true) {
            long before = pace.get();
            long aSecondAgo = now - LINES_PER_SECOND * NANOS_PER_LINE;
            long next = (before - aSecondAgo < 0 ? aSecondAgo : before) + NANOS_PER_LINE;
            if (next - now > 0) {
                return false;
            }
            if (pace.compareAndSet(before, next)) {
                return true;
            }
        }
    }

    static String line(
            @Nullable SocketAddress address,
            @Nullable Connect connect,
            ReasonCode code,
            String reason,
            long leftOutBefore) {
        StringBuilder line = new StringBuilder("connection refused");
        line.append(" code=").append(String.format(Locale.ROOT, "0x%02X", code.code()));
        text(line, "reason", reason);
        text(line, "address", String.valueOf(address));
        if (connect != null) {
            line.append(" version=").append(connect.version());
            text(line, "client_id", connect.clientId());
            if (connect.username() != null) {
                text(line, "username", isToken(connect.username()) ? "(a token)" : connect.username());
            }
        }
        if (leftOutBefore > 0) {
            line.append(" left_out_before=").append(leftOutBefore);
        }
        return line.toString();
    }

    /** Whether a user name looks like a JSON Web Token, which is a secret. */
    private static boolean isToken(String username) {
        return username.startsWith("eyJ") && username.indexOf('.') > 0;
    }

    private static void text(StringBuilder line, String key, String value) {
        line.append(' ').append(key).append('=').append(LogText.quoted(value));
    }
}
