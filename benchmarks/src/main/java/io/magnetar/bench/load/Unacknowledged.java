package io.magnetar.bench.load;

import io.magnetar.bench.wire.MalformedPacket;

/**
 * The packet ids of one publisher's messages that the broker has not acknowledged, with the times they were sent.
 *
 * <p>Ids go round in a range twice as long as the window, and an id is not used again before its acknowledgement.
 *
 * <p>Thread: the publisher's event loop.
 */
final class Unacknowledged {
    static final int MAX_WINDOW = 32_767;

    private final long[] sentNanos;
    private final boolean[] taken;
    private int window;
    private int count;
    private long next;
    private long oldest;

    Unacknowledged(int window) {
        this.window = window;
        this.sentNanos = new long[2 * window];
        this.taken = new boolean[2 * window];
    }

    void limitTo(int receiveMaximum) {
        window = Math.min(window, receiveMaximum);
    }

    /** How many ids can be taken now, one after the other; none before an eighth of the window is free. */
    int room() {
        int room = (int) Math.min(window - count, taken.length - (next - oldest));
        return room < window / 8 ? 0 : room;
    }

    /** The id for a message sent at {@code nanos}. */
    int take(long nanos) {
        int slot = (int) (next++ % taken.length);
        taken[slot] = true;
        sentNanos[slot] = nanos;
        count++;
        return slot + 1;
    }

    /** @return when the message with this id was sent */
    long giveBack(int packetId) {
        int slot = packetId - 1;
        if (slot < 0 || slot >= taken.length || !taken[slot]) {
            throw new MalformedPacket("acknowledgement of packet id " + packetId + ", which is not in use");
        }
        taken[slot] = false;
        count--;
        while (oldest < next && !taken[(int) (oldest % taken.length)]) {
            oldest++;
        }
        return sentNanos[slot];
    }
}
