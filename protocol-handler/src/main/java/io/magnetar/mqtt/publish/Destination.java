package io.magnetar.mqtt.publish;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.routing.Match;
import io.magnetar.stream.StreamDefinition;
import java.util.List;
import java.util.Set;

/**
 * Where a publish goes.
 *
 * @param match the live subscribers
 * @param logs the streams and the queue that are to confirm it
 * @param retained whether the log of retained messages is to confirm it, too
 */
record Destination(Match match, List<StreamDefinition> logs, boolean retained) {
    static final Destination NOWHERE = new Destination(Match.NOBODY, List.of(), false);

    /** @param inLogs the Pulsar topics of the logs that have it already */
    static Destination of(Match match, Qos qos, Set<String> inLogs, boolean retained) {
        List<StreamDefinition> logs = match.logs(qos);
        if (inLogs.isEmpty()) {
            return new Destination(match, logs, retained);
        }
        boolean isQueued = logs.stream().anyMatch(log -> match.isQueue(log) && inLogs.contains(log.pulsarTopic()));
        List<StreamDefinition> others =
                logs.stream().filter(log -> !inLogs.contains(log.pulsarTopic())).toList();
        return new Destination(isQueued ? match.afterQueue() : match, others, retained);
    }

    int confirmations() {
        return logs.size() + (retained ? 1 : 0);
    }
}
