package io.magnetar.bench.wire;

import io.netty.buffer.ByteBuf;

/** The variable byte integer. Thread: any, because it keeps nothing. */
public final class VariableInt {
    private static final int MAX_SHIFT = 21;

    private VariableInt() {}

    /** Appends a value from 0 to 268,435,455. */
    static void write(ByteBuf out, int value) {
        int rest = value;
        while (rest > 0x7F) {
            out.writeByte((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    /** Takes a value off a buffer that holds all of it. */
    static int read(ByteBuf in) {
        int value = 0;
        for (int shift = 0; shift <= MAX_SHIFT; shift += 7) {
            byte digit = in.readByte();
            value |= (digit & 0x7F) << shift;
            if (digit >= 0) {
                return value;
            }
        }
        throw new MalformedPacket("variable byte integer of more than four bytes");
    }

    /** The index after the properties whose length stands at {@code at}. */
    public static int skipProperties(ByteBuf in, int at) {
        int value = in.getByte(at);
        if (value >= 0) {
            return at + 1 + value;
        }
        ByteBuf rest = in.duplicate().setIndex(at, in.capacity());
        int length = read(rest);
        return rest.readerIndex() + length;
    }
}
