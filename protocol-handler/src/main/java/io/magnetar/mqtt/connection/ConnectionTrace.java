package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.trace.PacketTrace;
import io.netty.buffer.ByteBuf;
import java.time.Instant;

/** Shows the packets of one connection in its client's trace. Thread: the connection's event loop. */
final class ConnectionTrace {
    private final PacketTrace trace;
    private final boolean mqtt5;

    ConnectionTrace(PacketTrace trace, boolean mqtt5) {
        this.trace = trace;
        this.mqtt5 = mqtt5;
    }

    void received(ByteBuf bytes, int start, int size) {
        show("in", bytes, start, size);
    }

    void sent(ByteBuf bytes, int start, int size) {
        show("out", bytes, start, size);
    }

    private void show(String direction, ByteBuf bytes, int start, int size) {
        trace.line(PacketText.line(Instant.now(), direction, bytes.slice(start, size), mqtt5, trace.request()));
    }
}
