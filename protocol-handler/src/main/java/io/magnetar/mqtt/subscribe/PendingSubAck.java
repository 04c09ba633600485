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
    private final DistinctRequests requests;
    private final ReasonCode[] outcomes;
    private final Runnable then;
    private int missing;
    private @Nullable String firstReason;

    /** @param then runs behind the SUBACK */
    PendingSubAck(PacketSink sink, int packetId, DistinctRequests requests, Runnable then) {
        this.then = then;
        this.sink = sink;
        this.packetId = packetId;
        this.requests = requests;
        this.outcomes = new ReasonCode[requests.distinct().size()];
        this.missing = outcomes.length;
        Arrays.fill(outcomes, ReasonCode.UNSPECIFIED_ERROR);
    }

    /**
     * Answers one of the distinct requests.
     *
     * @param reason why the filter failed, or null; the client gets that of the first one that did
     */
    void answer(int index, ReasonCode code, @Nullable String reason) {
        outcomes[index] = code;
        if (firstReason == null) {
            firstReason = reason;
        }
        if (--missing == 0) {
            sink.subAck(packetId, requests.codes(List.of(outcomes)), firstReason);
            then.run();
        }
    }
}
