package io.magnetar.mqtt.subscribe;

import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.packet.ReasonCode;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A SUBACK that leaves when every filter of its SUBSCRIBE has its code. Thread: the connection's owner. */
final class PendingSubAck {
    private final PacketSink sink;
    private final int packetId;
    private final ReasonCode[] codes;
    private final Runnable then;
    private int missing;
    private @Nullable String firstReason;

    /** @param then runs behind the SUBACK */
    PendingSubAck(PacketSink sink, int packetId, int filters, Runnable then) {
        this.then = then;
        this.sink = sink;
        this.packetId = packetId;
        this.codes = new ReasonCode[filters];
        this.missing = filters;
        Arrays.fill(codes, ReasonCode.UNSPECIFIED_ERROR);
    }

    /** @param reason why the filter failed, or null; the client gets that of the first one that did */
    void answer(int index, ReasonCode code, @Nullable String reason) {
        codes[index] = code;
        if (firstReason == null) {
            firstReason = reason;
        }
        if (--missing == 0) {
            sink.subAck(packetId, List.of(codes), firstReason);
            then.run();
        }
    }
}
