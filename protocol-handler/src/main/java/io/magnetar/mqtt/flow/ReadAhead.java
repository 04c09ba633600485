package io.magnetar.mqtt.flow;

/**
 * How many messages a reader may be ahead of the client: about {@value #TARGET_BYTES} bytes, judged by the sizes
 * seen so far.
 *
 * <p>Thread: the connection's owner.
 */
public final class ReadAhead {
    private static final int TARGET_BYTES = 256 * 1024;
    private static final int MAX_MESSAGES = 1_024;
    private static final int FIRST_MESSAGES = 16;

    private double averageBytes = (double) TARGET_BYTES / FIRST_MESSAGES;
    /** Requested of the reader and not yet on its way to the client. */
    private int ahead;

    public int first() {
        ahead = FIRST_MESSAGES;
        return FIRST_MESSAGES;
    }

    /** @param weight of a message, in bytes */
    public void arrived(int weight) {
        averageBytes += (weight - averageBytes) / 16;
    }

    public void left() {
        ahead--;
    }

    /** How many to request now: 0 until a good part is used up, so that requests are few. */
    public int more() {
        int allowed = (int) Math.max(1, Math.min(MAX_MESSAGES, TARGET_BYTES / averageBytes));
        int room = allowed - ahead;
        if (room <= 0 || (ahead > 0 && room < allowed / 4)) {
            return 0;
        }
        ahead += room;
        return room;
    }
}
