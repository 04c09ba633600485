package io.magnetar.mqtt.session;

import io.magnetar.mqtt.record.RecordReader;
import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.mqtt.record.SessionProgress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of one namespace that a broker before this one has left.
 *
 * <p>Thread: the one that reads the log; then it is not changed any more.
 */
final class LeftRecords {
    private static final Logger LOG = LoggerFactory.getLogger(LeftRecords.class);

    private final Map<SessionKey, byte[]> definitions = new HashMap<>();
    private final Map<SessionKey, byte[]> progresses = new HashMap<>();
    private final Map<SessionKey, byte[]> groups = new HashMap<>();

    /** @param value empty when the record was deleted */
    void put(RecordKey key, byte[] value) {
        Map<SessionKey, byte[]> records = switch (key.kind()) {
            case DEFINITION -> definitions;
            case GROUP -> groups;
            default -> progresses;
        };
        if (value.length == 0) {
            records.remove(key.session());
        } else {
            records.put(key.session(), value);
        }
    }

    boolean isEmpty() {
        return definitions.isEmpty() && progresses.isEmpty() && groups.isEmpty();
    }

    boolean hasSessions() {
        return !definitions.isEmpty();
    }

    /** The keys of all sessions that something is recorded of. */
    Set<SessionKey> sessions() {
        Set<SessionKey> sessions = new HashSet<>(definitions.keySet());
        sessions.addAll(progresses.keySet());
        return sessions;
    }

    /** The records of groups, by namespace and shared subscription. */
    Map<SessionKey, byte[]> groups() {
        return groups;
    }

    /** What the records say; a session whose records cannot be read is passed over. */
    List<SessionLoader.Loaded> read() {
        List<SessionLoader.Loaded> sessions = new ArrayList<>();
        definitions.forEach((key, definition) -> {
            try {
                byte[] progress = progresses.get(key);
                SessionDefinition read = RecordReader.definition(definition);
                sessions.add(new SessionLoader.Loaded(
                        key,
                        read,
                        progress == null ? SessionProgress.NONE : RecordReader.progress(read.epoch(), progress),
                        Set.of()));
            } catch (IllegalArgumentException e) {
                LOG.error("A session's record cannot be read, the session is passed over: {}", e.getMessage());
            }
        });
        return sessions;
    }
}
