package io.magnetar.mqtt.session;

import io.magnetar.message.Message;
import io.magnetar.message.PublishMark;
import io.magnetar.mqtt.record.SessionProgress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the tails of the logs tell about sessions whose broker died: which QoS 2 publishes and wills the logs have, though no record
 * says so.
 *
 * <p>Synchronization: messages come from several threads; what was found is read when all have come.
 */
final class Recovery {
    /** By session, by mark, the Pulsar topics of the logs that have the publish. */
    private final Map<SessionKey, Map<PublishMark, Set<String>>> found = new HashMap<>();

    synchronized void onMessage(String log, Message message) {
        PublishMark mark = message.mark();
        String clientId = message.publisher().clientId();
        if (mark != null && clientId != null) {
            SessionKey session = new SessionKey(message.publisher().namespace(), clientId);
            found.computeIfAbsent(session, ignored -> new HashMap<>())
                    .computeIfAbsent(mark, ignored -> new HashSet<>())
                    .add(log);
        }
    }

    /** Whether a log has the will with this mark. */
    synchronized boolean hasWill(SessionKey session, @Nullable PublishMark mark) {
        return mark != null && found.getOrDefault(session, Map.of()).containsKey(mark);
    }

    /** The progress of a session with what was found: publishes after the last one that its record says was answered. */
    synchronized SessionProgress complete(SessionKey session, long epoch, SessionProgress recorded) {
        Map<Integer, Set<String>> inLogs = new HashMap<>(recorded.inLogs());
        long lastSequence = recorded.answeredSequence();
        for (Map.Entry<PublishMark, Set<String>> entry :
                found.getOrDefault(session, Map.of()).entrySet()) {
            PublishMark mark = entry.getKey();
            boolean isPublish = mark.packetId() != 0 && mark.epoch() == epoch;
            if (isPublish && mark.sequence() > recorded.answeredSequence()) {
                Set<String> logs = new HashSet<>(inLogs.getOrDefault(mark.packetId(), Set.of()));
                logs.addAll(entry.getValue());
                inLogs.put(mark.packetId(), Set.copyOf(logs));
                lastSequence = Math.max(lastSequence, mark.sequence());
            }
        }
        return new SessionProgress(
                recorded.partitions(),
                recorded.releasing(),
                lastSequence,
                recorded.received(),
                inLogs,
                recorded.lent());
    }
}
