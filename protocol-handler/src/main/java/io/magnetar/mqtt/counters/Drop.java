package io.magnetar.mqtt.counters;

/** Why a subscriber did not get a message, or a log, by the name that it has on the status page. */
public enum Drop {
    /** QoS 0: the client does not read fast enough. */
    OUTBOUND_BUFFER_FULL("droppedOutboundBufferFull"),
    /** QoS 1 and 2: the client does not acknowledge fast enough. */
    QUEUE_FULL("droppedQueueFull"),
    /** QoS 1 and 2: no member of a group acknowledges fast enough. */
    GROUP_QUEUE_FULL("droppedGroupQueueFull"),
    /** QoS 1 and 2: the last member of the group has left. */
    GROUP_ENDED("droppedGroupEnded"),
    EXPIRED("droppedExpired"),
    /** Larger than the client's Maximum Packet Size. */
    TOO_LARGE("droppedTooLarge"),
    /** A replay was slower than its stream's retention. */
    RETENTION("droppedRetention"),
    /** QoS 0 messages and wills that a log did not take. */
    APPEND_FAILED("droppedAppendFailed"),
    /** QoS 0: a client or its namespace has sent, or has been sent, more than it may in a second. */
    RATE_LIMITED("droppedRateLimited"),
    /** QoS 0: the payload is larger than one of the namespace may be. */
    PAYLOAD_TOO_LARGE("droppedPayloadTooLarge");

    private final String label;

    Drop(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
