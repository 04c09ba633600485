package io.magnetar.it.client;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A client that asks and never reads the answers: PINGREQ after PINGREQ for as long as the broker takes them. */
public final class PingFlood {
    private static final byte[] PINGS = pings();
    private static final long ENOUGH_BYTES = 512L << 20;
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private PingFlood() {}

    /** Where bytes go to the broker. */
    @FunctionalInterface
    public interface Way {
        void send(byte[] bytes) throws IOException;
    }

    private static byte[] pings() {
        byte[] pings = new byte[64 * 1024];
        for (int i = 0; i < pings.length; i += 2) {
            pings[i] = (byte) 0xC0;
        }
        return pings;
    }

    /**
     * Sends until nothing more is taken for a while. What is being sent then ends with the connection, which the caller closes.
     *
     * @return how many bytes were taken
     */
    public static long send(Way way) {
        AtomicLong sent = new AtomicLong();
        Thread sender = new Thread(() -> {
            try {
                while (sent.get() < ENOUGH_BYTES) {
                    way.send(PINGS);
                    sent.addAndGet(PINGS.length);
                }
            } catch (IOException closed) {
                // The test is over.
            }
        });
        sender.start();
        AtomicLong before = new AtomicLong(-1);
        await().pollInterval(QUIET).atMost(PATIENCE).until(() -> before.getAndSet(sent.get()) == sent.get());
        return sent.get();
    }
}
