package io.magnetar.mqtt.record;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * A QoS 2 publish that was not answered with success though some logs have it. When its client sends it again, it is appended to the
 * others only; another publish with its packet id is none of its business.
 *
 * @param fingerprint tells whether a publish is this one
 * @param logs the Pulsar topics of the logs
 */
public record InLogs(long fingerprint, Set<String> logs) {
    public InLogs {
        logs = Set.copyOf(logs);
    }

    /** The fingerprint of a publish. */
    public static long fingerprint(String topic, byte[] payload) {
        return ((long) topic.hashCode() << Integer.SIZE) | (Arrays.hashCode(payload) & 0xFFFF_FFFFL);
    }

    /** The same in more logs, or another publish in its place. */
    public InLogs and(InLogs later) {
        if (later.fingerprint != fingerprint) {
            return later;
        }
        Set<String> union = new HashSet<>(logs);
        union.addAll(later.logs);
        return new InLogs(fingerprint, union);
    }
}
