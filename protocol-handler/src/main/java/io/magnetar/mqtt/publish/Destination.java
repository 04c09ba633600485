package io.magnetar.mqtt.publish;

import io.magnetar.mqtt.routing.Match;
import io.magnetar.stream.StreamDefinition;
import java.util.List;

/**
 * Where a publish goes.
 *
 * @param match the live subscribers
 * @param logs the streams and the queue that are to confirm it
 * @param retained whether the log of retained messages is to confirm it, too
 */
record Destination(Match match, List<StreamDefinition> logs, boolean retained) {
    static final Destination NOWHERE = new Destination(Match.NOBODY, List.of(), false);

    int confirmations() {
        return logs.size() + (retained ? 1 : 0);
    }
}
