package io.magnetar.bench.compare;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/** Waits for servers that were just started. Stateless. */
final class ServerStart {
    private static final long PAUSE_MILLIS = 50;

    private ServerStart() {}

    /**
     * Returns when a server accepts connections.
     *
     * @throws IOException when it ends before, or takes longer than {@code seconds}
     */
    static void await(Process server, InetSocketAddress address, int seconds) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (server.isAlive() && System.nanoTime() - deadline < 0) {
            try (Socket socket = new Socket()) {
                socket.connect(address);
                return;
            } catch (IOException notYet) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
        throw new IOException("nothing listens on " + address);
    }
}
