package io.magnetar.mqtt.flow;

import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.stream.StreamFailure;

/** Translates what failed into what a client is told, MQTT 5.0 section 2.4. */
public final class ReasonCodes {
    private ReasonCodes() {}

    public static ReasonCode of(StreamFailure.Kind kind) {
        return switch (kind) {
            case UNAVAILABLE -> ReasonCode.UNSPECIFIED_ERROR;
            case QUOTA_EXCEEDED -> ReasonCode.QUOTA_EXCEEDED;
            case TOO_LARGE, GONE, NOT_TAKEN, UNSUPPORTED -> ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
            case NO_SUCH_POSITION -> ReasonCode.TOPIC_FILTER_INVALID;
            case REFUSED -> ReasonCode.NOT_AUTHORIZED;
        };
    }
}
