package io.magnetar.mqtt.transport;

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Hears of connections that are closed as they come. Thread: any. */
public interface TurnedAway {
    /**
     * A connection is closed before anything of it is read.
     *
     * @param address of its other end, which may be a proxy; null when the system does not tell
     */
    void turnedAway(@Nullable SocketAddress address, String reason);
}
