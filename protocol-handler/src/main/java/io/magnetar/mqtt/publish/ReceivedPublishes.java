package io.magnetar.mqtt.publish;

import io.magnetar.message.PublishMark;
import io.magnetar.mqtt.record.ProgressLog;
import io.magnetar.mqtt.record.SessionProgress;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The QoS 2 publishes of a client between PUBLISH and PUBCOMP, by packet id.
 *
 * <pre>
 *   PUBLISH -> RECEIVED --all logs have it--> ANSWERED (PUBREC) --PUBREL--> RELEASING --saved--> gone (PUBCOMP)
 *                 |  a log fails, before MQTT 5: remembered with the logs that have it
 *                 v
 *              gone; the client sends it again, and it is appended only where it is missing
 * </pre>
 *
 * In a durable session each publish carries a {@link PublishMark} into the logs. Records say what was answered and not released;
 * after the broker's death the marks in the logs' last minutes say what was received and not answered.
 *
 * <p>Thread: the connection's owner.
 */
public final class ReceivedPublishes {
    private final @Nullable ProgressLog progress;
    private final long epoch;
    private final BitSet received = new BitSet();
    private final BitSet answered = new BitSet();
    private final BitSet releasing = new BitSet();
    private final Map<Integer, Set<String>> inLogs = new HashMap<>();
    private long sequence;
    private long answeredSequence;

    /** Of a session that ends with its connection. */
    public ReceivedPublishes() {
        this.progress = null;
        this.epoch = 0;
    }

    /** Of a durable session, as its records say. */
    public ReceivedPublishes(ProgressLog progress, long epoch, SessionProgress saved) {
        this.progress = progress;
        this.epoch = epoch;
        this.sequence = saved.answeredSequence();
        this.answeredSequence = saved.answeredSequence();
        this.inLogs.putAll(saved.inLogs());
        for (int packetId : saved.received()) {
            received.set(packetId);
            answered.set(packetId);
        }
    }

    boolean has(int packetId) {
        return received.get(packetId);
    }

    boolean isAnswered(int packetId) {
        return answered.get(packetId);
    }

    /**
     * A PUBLISH has come.
     *
     * @param again the client says that it sends it again
     * @return the Pulsar topics of the logs that have it already
     */
    Set<String> receive(int packetId, boolean again) {
        received.set(packetId);
        Set<String> logs = inLogs.get(packetId);
        if (logs == null) {
            return Set.of();
        }
        if (!again) {
            inLogs.remove(packetId);
            return Set.of();
        }
        return logs;
    }

    /** The mark of the next publish, null in a session that ends with its connection. */
    @Nullable
    PublishMark mark(int packetId) {
        return progress == null ? null : new PublishMark(epoch, ++sequence, packetId);
    }

    /** All logs have the publish. Called in the order of the publishes. */
    void answer(int packetId, @Nullable PublishMark mark) {
        answered.set(packetId);
        inLogs.remove(packetId);
        if (progress != null && mark != null) {
            answeredSequence = mark.sequence();
            progress.changed();
        }
    }

    /** The publish was refused: its packet id is free. */
    void refuse(int packetId) {
        received.clear(packetId);
        inLogs.remove(packetId);
    }

    /** The publish is not answered, so that the client sends it again; some logs have it. */
    void giveUp(int packetId, Set<String> logs) {
        received.clear(packetId);
        if (progress != null && !logs.isEmpty()) {
            inLogs.merge(packetId, Set.copyOf(logs), ReceivedPublishes::union);
            progress.changed();
        }
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        Set<String> union = new HashSet<>(one);
        union.addAll(other);
        return Set.copyOf(union);
    }

    /**
     * PUBREL has come.
     *
     * @param then runs when the broker can no longer forget that it came; not at all when it runs already for an earlier PUBREL
     * @return false when the packet id is not known
     */
    boolean release(int packetId, Runnable then) {
        if (releasing.get(packetId)) {
            return true;
        }
        boolean known = received.get(packetId) || inLogs.remove(packetId) != null;
        received.clear(packetId);
        answered.clear(packetId);
        if (!known) {
            return false;
        }
        if (progress == null) {
            then.run();
            return true;
        }
        releasing.set(packetId);
        progress.afterSave(() -> {
            releasing.clear(packetId);
            then.run();
        });
        return true;
    }

    /** For the record. */
    public long answeredSequence() {
        return answeredSequence;
    }

    /** For the record. */
    public List<Integer> answeredIds() {
        return answered.stream().boxed().toList();
    }

    /** For the record. */
    public Map<Integer, Set<String>> inLogs() {
        return inLogs;
    }
}
