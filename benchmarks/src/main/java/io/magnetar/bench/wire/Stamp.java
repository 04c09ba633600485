package io.magnetar.bench.wire;

import io.netty.buffer.ByteBuf;

/**
 * The first bytes of every payload that the generator publishes: who sent it in which run, the how-manieth it is, and when.
 *
 * <p>Thread: immutable.
 */
public final class Stamp {
    /** Bytes of a stamp, and so the smallest payload. */
    public static final int BYTES = 16;

    /** Publishers of a run have numbers below this. */
    public static final int MAX_PUBLISHERS = 1 << 24;

    private static final int MAGIC = 0x4D;
    private static final int PUBLISHER = 1;
    private static final int RUN = 4;
    private static final int SEQUENCE = 8;
    private static final int SENT = 12;

    private static final long NANOS_PER_MICRO = 1_000;
    private static final long UNSIGNED = 0xFFFF_FFFFL;

    private Stamp() {}

    /** Writes what stays the same in all messages of a publisher. */
    static void writeFixed(ByteBuf out, int run, int publisher) {
        out.writeByte(MAGIC).writeMedium(publisher).writeInt(run).writeZero(BYTES - SEQUENCE);
    }

    /** Sets what differs from message to message, in the payload that starts at {@code payload}. */
    static void patch(ByteBuf out, int payload, int sequence, long sentNanos) {
        out.setInt(payload + SEQUENCE, sequence);
        out.setInt(payload + SENT, micros(sentNanos));
    }

    /** The low 32 bits of a time, which come again after 71 minutes. */
    private static int micros(long nanos) {
        return (int) (nanos / NANOS_PER_MICRO);
    }

    /** Whether the payload of {@code length} bytes at {@code payload} came from a generator, of any run. */
    public static boolean isAt(ByteBuf in, int payload, int length) {
        return length >= BYTES && in.getByte(payload) == MAGIC;
    }

    /** A number that tells one run of the generator from another. */
    public static int run(ByteBuf in, int payload) {
        return in.getInt(payload + RUN);
    }

    /** The publisher's number in its run, from 0. */
    public static int publisher(ByteBuf in, int payload) {
        return in.getUnsignedMedium(payload + PUBLISHER);
    }

    /** The message's number at its publisher, from 0. */
    public static int sequence(ByteBuf in, int payload) {
        return in.getInt(payload + SEQUENCE);
    }

    /**
     * When the message was due to leave, by {@link System#nanoTime()} of the sending process, in whole microseconds.
     *
     * @param now by the same clock, at most 71 minutes later
     */
    public static long sentNanos(ByteBuf in, int payload, long now) {
        long ageMicros = (micros(now) - in.getInt(payload + SENT)) & UNSIGNED;
        return (now / NANOS_PER_MICRO - ageMicros) * NANOS_PER_MICRO;
    }
}
