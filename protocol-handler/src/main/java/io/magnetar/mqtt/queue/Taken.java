package io.magnetar.mqtt.queue;

import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.queue.Delivery.State;
import io.magnetar.mqtt.record.SessionProgress.DeliveryRecord;
import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import io.magnetar.stream.Position;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What was taken of one partition and is not done. All else is done, as far as was examined: so what is done behind one that takes
 * long needs no memory. From it follows the cursor: all at it and before is done.
 *
 * <p>Thread: the user's owner.
 */
public final class Taken implements DeliveryPlace {
    /** What is not done, and what is done behind {@link #furthest}. */
    private final TreeMap<Position, Delivery> deliveries = new TreeMap<>();

    private final Counter countedAs;
    private int held;
    private int doneAhead;
    /** All at it and before was examined. It goes back when something is to be read again. */
    private Position examined;
    /** All at it and before was examined once: it is done, unless it is one of the deliveries. */
    private Position furthest;

    /** What is on its way by the record is held: it goes out again when it is met. */
    Taken(PartitionProgress progress) {
        this(progress, Counter.OWED_MESSAGES_DELIVERED);
    }

    /** @param countedAs what a message is counted as when it leaves */
    public Taken(PartitionProgress progress, Counter countedAs) {
        this.countedAs = countedAs;
        examined = progress.cursor();
        furthest = progress.examined();
        Position before = progress.cursor();
        for (DeliveryRecord taken : progress.deliveries()) {
            boolean done = taken.packetId() == DeliveryRecord.DONE;
            held += done ? 0 : 1;
            doneAhead += done ? 1 : 0;
            deliveries.put(
                    taken.position(),
                    new Delivery(
                            this,
                            taken.position(),
                            before,
                            taken.qos(),
                            taken.packetId(),
                            done ? State.DONE : State.HELD));
            before = taken.position();
        }
    }

    public PartitionProgress progress() {
        boolean allDone = deliveries.isEmpty() || deliveries.firstKey().isAfter(furthest);
        return new PartitionProgress(
                allDone ? furthest : deliveries.firstEntry().getValue().before,
                furthest,
                deliveries.values().stream()
                        .map(delivery -> new DeliveryRecord(
                                delivery.position,
                                delivery.qos,
                                delivery.state == State.DONE ? DeliveryRecord.DONE : delivery.packetId))
                        .toList());
    }

    @Override
    public Counter countedAs() {
        return countedAs;
    }

    Position examined() {
        return examined;
    }

    List<Delivery> all() {
        return List.copyOf(deliveries.values());
    }

    @Nullable
    Delivery get(Position position) {
        return deliveries.get(position);
    }

    void add(Delivery delivery) {
        deliveries.put(delivery.position, delivery);
    }

    @Override
    public void resent(Delivery delivery) {
        delivery.state = State.SENT;
        held--;
    }

    @Override
    public void done(Delivery delivery) {
        delivery.state = State.DONE;
        if (delivery.position.isAfter(furthest)) {
            doneAhead++;
        } else {
            deliveries.remove(delivery.position);
        }
    }

    /** Whether nothing is to be done with a message any more: it was examined before, and what is before it is read again. */
    boolean isDone(Position position) {
        return !position.isAfter(furthest) && !deliveries.containsKey(position);
    }

    /** What was held is done without being met again. */
    void doneHeld(Delivery delivery) {
        held--;
        done(delivery);
    }

    /**
     * All at a position and before was examined. What was held and was not met by then is no longer in the log.
     *
     * @param onLost told of each such one
     */
    public void examined(Position position, Consumer<Delivery> onLost) {
        examined = position;
        if (position.isAfter(furthest)) {
            furthest = position;
            forgetDoneAhead();
        }
        if (held > 0) {
            List<Delivery> lost = deliveries.headMap(position, true).values().stream()
                    .filter(delivery -> delivery.state == State.HELD)
                    .toList();
            for (Delivery delivery : lost) {
                onLost.accept(delivery);
                doneHeld(delivery);
            }
        }
    }

    private void forgetDoneAhead() {
        if (doneAhead > 0) {
            deliveries.headMap(furthest, true).values().removeIf(delivery -> {
                boolean done = delivery.state == State.DONE;
                doneAhead -= done ? 1 : 0;
                return done;
            });
        }
    }

    /** Goes back to a message that was taken, for its user has forgotten it: it is met again like what was held. */
    void rewind(Delivery delivery) {
        delivery.state = State.HELD;
        held++;
        if (examined.isAfter(delivery.before)) {
            examined = delivery.before;
        }
    }
}
