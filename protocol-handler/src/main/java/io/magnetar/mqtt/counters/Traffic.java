package io.magnetar.mqtt.counters;

import io.magnetar.mqtt.packet.PacketType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The packets of one namespace's connections on one event loop. Counting is a plain addition, for nobody else counts here.
 *
 * <p>Thread: the event loop counts; any thread reads what it had counted a moment before.
 */
public final class Traffic {
    private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int TYPES = 16;
    private static final int QOS = 4;
    private static final int PACKETS_RECEIVED = 0;
    private static final int BYTES_RECEIVED = TYPES;
    private static final int PACKETS_SENT = 2 * TYPES;
    private static final int BYTES_SENT = 3 * TYPES;
    private static final int PUBLISHES_RECEIVED = 4 * TYPES;
    private static final int PUBLISHES_SENT = PUBLISHES_RECEIVED + QOS;
    private static final int CONNECTIONS = PUBLISHES_SENT + QOS;
    private static final int DECIDERS = DecidedBy.values().length;
    private static final int ALLOWED = CONNECTIONS + 1;
    private static final int DENIED = ALLOWED + DECIDERS;

    private final long[] counts = new long[DENIED + DECIDERS];

    /** The namespace was closed: nobody begins to count here. */
    private volatile boolean retired;

    void retire() {
        retired = true;
    }

    public boolean isRetired() {
        return retired;
    }

    /** Adds what is counted here to what only the calling thread knows. */
    void addTo(Traffic sum) {
        for (int place = 0; place < counts.length; place++) {
            sum.counts[place] += get(place);
        }
    }

    private void add(int place, long amount) {
        COUNTS.setOpaque(counts, place, counts[place] + amount);
    }

    private long get(int place) {
        return (long) COUNTS.getOpaque(counts, place);
    }

    /** @param header the packet's first byte */
    public void received(int header, int bytes) {
        int type = (header >> 4) & (TYPES - 1);
        add(PACKETS_RECEIVED + type, 1);
        add(BYTES_RECEIVED + type, bytes);
        if (type == PacketType.PUBLISH.ordinal()) {
            add(PUBLISHES_RECEIVED + qos(header), 1);
        }
    }

    /** @param header the packet's first byte */
    public void sent(int header, int bytes) {
        int type = (header >> 4) & (TYPES - 1);
        add(PACKETS_SENT + type, 1);
        add(BYTES_SENT + type, bytes);
        if (type == PacketType.PUBLISH.ordinal()) {
            add(PUBLISHES_SENT + qos(header), 1);
        }
    }

    private static int qos(int header) {
        return (header >> 1) & (QOS - 1);
    }

    public void connected() {
        add(CONNECTIONS, 1);
    }

    public void disconnected() {
        add(CONNECTIONS, -1);
    }

    /** A client was allowed to publish or subscribe. */
    public void allowed(DecidedBy by) {
        add(ALLOWED + by.ordinal(), 1);
    }

    /** A client was not allowed to, or nobody could be asked. */
    public void denied(DecidedBy by) {
        add(DENIED + by.ordinal(), 1);
    }

    public long packetsReceived(PacketType type) {
        return get(PACKETS_RECEIVED + type.ordinal());
    }

    public long bytesReceived(PacketType type) {
        return get(BYTES_RECEIVED + type.ordinal());
    }

    public long packetsSent(PacketType type) {
        return get(PACKETS_SENT + type.ordinal());
    }

    public long bytesSent(PacketType type) {
        return get(BYTES_SENT + type.ordinal());
    }

    /** @param qos 0, 1 or 2 */
    public long publishesReceived(int qos) {
        return get(PUBLISHES_RECEIVED + qos);
    }

    /** @param qos 0, 1 or 2 */
    public long publishesSent(int qos) {
        return get(PUBLISHES_SENT + qos);
    }

    public long allowedBy(DecidedBy by) {
        return get(ALLOWED + by.ordinal());
    }

    public long deniedBy(DecidedBy by) {
        return get(DENIED + by.ordinal());
    }

    public long connections() {
        return get(CONNECTIONS);
    }
}
