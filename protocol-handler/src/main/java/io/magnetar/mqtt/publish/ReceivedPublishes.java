package io.magnetar.mqtt.publish;

import io.magnetar.message.Message;
import io.magnetar.message.PublishMark;
import io.magnetar.mqtt.packet.Publish;
import io.magnetar.mqtt.record.InLogs;
import io.magnetar.mqtt.record.ProgressLog;
import io.magnetar.mqtt.record.SessionProgress;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The QoS 2 publishes of a client between PUBLISH and PUBCOMP, by packet id.
 *
 * <pre>
 *   PUBLISH -> RECEIVED --all logs have it--> ANSWERED (PUBREC) --PUBREL--> RELEASING --saved--> gone (PUBCOMP)
 *                 |  a log fails: remembered with the logs that have it
 *                 v
 *              gone; the client may send it again, and it is appended only where it is missing
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
    private final Map<Integer, InLogs> inLogs = new HashMap<>();
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

    /** Tells whether an exchange with the packet id is not complete: PUBCOMP has not been sent. */
    boolean isInUse(int packetId) {
        return received.get(packetId) || releasing.get(packetId);
    }

    boolean isAnswered(int packetId) {
        return answered.get(packetId);
    }

    /**
     * A PUBLISH has come.
     *
     * @return the Pulsar topics of the logs that have it already
     */
    Set<String> receive(Publish publish) {
        int packetId = publish.packetId();
        received.set(packetId);
        InLogs known = inLogs.get(packetId);
        if (known == null) {
            return Set.of();
        }
        if (!publish.dup() || known.fingerprint() != fingerprint(publish)) {
            inLogs.remove(packetId);
            return Set.of();
        }
        return known.logs();
    }

    private static long fingerprint(Publish publish) {
        return InLogs.fingerprint(publish.topic().value(), publish.payload());
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

    /** The publish was refused, and no log has it: its packet id is free. */
    void refuse(int packetId) {
        received.clear(packetId);
        inLogs.remove(packetId);
    }

    /**
     * The publish is not answered with success; some logs have it. Its client may send it again, even one that was told, for it may
     * not have heard.
     */
    void giveUp(int packetId, Message message, Set<String> logs) {
        received.clear(packetId);
        if (progress != null && !logs.isEmpty()) {
            InLogs given = new InLogs(InLogs.fingerprint(message.topic(), message.payload()), logs);
            inLogs.merge(packetId, given, InLogs::and);
            progress.changed();
        }
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
    public Map<Integer, InLogs> inLogs() {
        return inLogs;
    }
}
