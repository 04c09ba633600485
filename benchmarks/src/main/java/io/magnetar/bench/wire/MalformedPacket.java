package io.magnetar.bench.wire;

/** The broker sent bytes that are no MQTT. */
public final class MalformedPacket extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedPacket(String message) {
        super(message);
    }
}
