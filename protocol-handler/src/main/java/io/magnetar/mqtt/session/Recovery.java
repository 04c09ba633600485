package io.magnetar.mqtt.session;

import io.magnetar.message.Message;
import io.magnetar.message.PublishMark;
import io.magnetar.mqtt.record.InLogs;
import io.magnetar.mqtt.record.SessionProgress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the tails of the logs tell about sessions whose broker died: which QoS 2 publishes and wills the logs have, though no record
 * says so.
 *
 * <p>Synchronization: messages come from several threads; what was found is read when all have come.
 */
final class Recovery {
    /** By session, by mark, the logs that have the publish. */
    private final Map<SessionKey, Map<PublishMark, InLogs>> found = new HashMap<>();

    synchronized void onMessage(String log, Message message) {
        PublishMark mark = message.mark();
        String clientId = message.publisher().clientId();
        if (mark != null && clientId != null) {
            SessionKey session = new SessionKey(message.publisher().namespace(), clientId);
            long fingerprint = InLogs.fingerprint(message.topic(), message.payload());
            found.computeIfAbsent(session, ignored -> new HashMap<>())
                    .merge(mark, new InLogs(fingerprint, Set.of(log)), InLogs::and);
        }
    }

    /** The Pulsar topics of the logs that have the will with this mark. */
    synchronized Set<String> logsOfWill(SessionKey session, @Nullable PublishMark mark) {
        InLogs will =
                mark == null ? null : found.getOrDefault(session, Map.of()).get(mark);
        return will == null ? Set.of() : will.logs();
    }

    /** The progress of a session with what was found: publishes after the last one that its record says was answered. */
    synchronized SessionProgress complete(SessionKey session, long epoch, SessionProgress recorded) {
        Map<Integer, InLogs> inLogs = new HashMap<>(recorded.inLogs());
        long lastSequence = recorded.answeredSequence();
        SortedMap<PublishMark, InLogs> inOrder = new TreeMap<>(Comparator.comparingLong(PublishMark::sequence));
        found.getOrDefault(session, Map.of()).forEach((mark, publish) -> {
            if (mark.packetId() != 0 && mark.epoch() == epoch && mark.sequence() > recorded.answeredSequence()) {
                inOrder.put(mark, publish);
            }
        });
        for (Map.Entry<PublishMark, InLogs> entry : inOrder.entrySet()) {
            inLogs.merge(entry.getKey().packetId(), entry.getValue(), InLogs::and);
            lastSequence = entry.getKey().sequence();
        }
        return new SessionProgress(
                recorded.partitions(),
                recorded.releasing(),
                lastSequence,
                recorded.received(),
                inLogs,
                recorded.lent(),
                recorded.retained(),
                recorded.walks(),
                recorded.streams());
    }
}
