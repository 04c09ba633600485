package io.magnetar.mqtt.queue;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.queue.Delivery.State;
import io.magnetar.mqtt.record.LentRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What groups have handed to a durable session at QoS 2. Once the session has recorded such a message it is the session's alone: it
 * is completed with its client, also on a later connection [MQTT-4.8.2-4], and nobody else gets it [MQTT-4.8.2-5].
 *
 * <pre>
 *   offered --recorded here--> the group strikes it out ... recorded there, too --+
 *      |                \\                                                          +--> forgotten
 *      |                 PUBLISH ... PUBREC (or a refusal) ------------------------+
 *      +-- the connection ends before: given back, once it is recorded without it
 * </pre>
 *
 * Until both are recorded it stays in the session's record, so that a broker that starts again finds it here or there.
 *
 * <p>Thread: the session's owner.
 */
final class LentMessages implements DeliveryPlace {
    private static final long RETRY_MILLIS = 200;
    /** So long nothing new is taken because of what cannot be read again, or is not acknowledged. */
    private static final long PATIENCE_MILLIS = 30_000;

    private final Owner owner;
    private final OwedMessages session;
    private final Map<Delivery, Lent> all = new LinkedHashMap<>();
    private final List<Loan> unsentLoans = new ArrayList<>();
    private @Nullable PositionRead reading;
    private int held;
    private boolean retrying;
    private boolean waitsForHeld = true;
    private boolean ended;

    /** One message; the loan is null when an earlier connection took it. */
    private static final class Lent {
        final LentRecord taken;
        final @Nullable Loan loan;
        boolean groupKnows;

        Lent(LentRecord taken, @Nullable Loan loan) {
            this.taken = taken;
            this.loan = loan;
        }
    }

    LentMessages(Owner owner, OwedMessages session) {
        this.owner = owner;
        this.session = session;
    }

    /** Takes up what an earlier connection took. @return it, unless it is done */
    @Nullable
    Delivery resume(LentRecord taken) {
        Delivery delivery = new Delivery(
                this,
                taken.position(),
                taken.position(),
                Qos.EXACTLY_ONCE,
                taken.packetId(),
                taken.isDone() ? State.DONE : State.HELD);
        all.put(delivery, new Lent(taken, null));
        held += taken.isDone() ? 0 : 1;
        return taken.isDone() ? null : delivery;
    }

    /** Tells the groups what an earlier connection took. */
    void claimAll(Lenders groups) {
        List.copyOf(all.keySet()).forEach(delivery -> {
            Lent lent = all.get(delivery);
            if (lent != null && lent.loan == null) {
                groups.claim(lent.taken, () -> owner.execute(() -> groupKnows(delivery)));
            }
        });
    }

    Delivery take(Loan loan, int packetId) {
        LentRecord taken = loan.record(packetId);
        Delivery delivery =
                new Delivery(this, taken.position(), taken.position(), Qos.EXACTLY_ONCE, packetId, State.SAVING);
        all.put(delivery, new Lent(taken, loan));
        return delivery;
    }

    /** It is recorded. @return false when it was given back in the meantime */
    boolean saved(Delivery delivery) {
        Lent lent = all.get(delivery);
        if (lent == null) {
            return false;
        }
        delivery.state = State.SENT;
        if (lent.loan != null) {
            lent.loan.taken(() -> owner.execute(() -> groupKnows(delivery)));
        }
        return true;
    }

    private void groupKnows(Delivery delivery) {
        Lent lent = all.get(delivery);
        if (lent != null) {
            lent.groupKnows = true;
            forget(delivery, lent);
            session.lentGone();
        }
    }

    @Override
    public void done(Delivery delivery) {
        delivery.state = State.DONE;
        Lent lent = all.get(delivery);
        if (lent != null) {
            if (lent.loan != null) {
                lent.loan.completed();
            }
            forget(delivery, lent);
        }
    }

    private void forget(Delivery delivery, Lent lent) {
        if (lent.groupKnows && delivery.state == State.DONE) {
            all.remove(delivery);
            session.lentChanged();
        }
    }

    @Override
    public void resent(Delivery delivery) {
        delivery.state = State.SENT;
        held--;
    }

    int size() {
        return all.size();
    }

    /** Whether what an earlier connection took is still to be sent again: nothing else of a group may go before it. */
    boolean isHolding() {
        return held > 0 && waitsForHeld;
    }

    /** The connection is there: what is held goes first, as long as it goes on. */
    void start() {
        if (held > 0) {
            waitForHeld(held);
        }
    }

    private void waitForHeld(int before) {
        owner.schedule(
                () -> {
                    if (held == before) {
                        waitsForHeld = false;
                        session.lentGone();
                    } else if (held > 0) {
                        waitForHeld(held);
                    }
                },
                PATIENCE_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** Sends again what was on its way, one after the other [MQTT-4.4.0-1]. */
    void sendHeld(NamespaceQueue queue) {
        if (held == 0 || ended || retrying || reading != null || !session.canSendAgain()) {
            return;
        }
        for (Map.Entry<Delivery, Lent> entry : all.entrySet()) {
            if (entry.getKey().state == State.HELD) {
                read(queue, entry.getKey(), entry.getValue().taken);
                return;
            }
        }
    }

    private void read(NamespaceQueue queue, Delivery delivery, LentRecord taken) {
        PositionRead read =
                new PositionRead(queue, taken.position(), owner, outcome -> onRead(queue, delivery, taken, outcome));
        reading = read;
        if (!read.open(taken.partition())) {
            reading = null;
            retryLater(queue);
        }
    }

    private void onRead(NamespaceQueue queue, Delivery delivery, LentRecord taken, PositionRead.Outcome outcome) {
        reading = null;
        Message message = outcome.message();
        if (ended) {
            return;
        }
        if (outcome.failed()) {
            retryLater(queue);
        } else if (message == null) {
            held--;
            session.lost(delivery);
            done(delivery);
            sendHeld(queue);
        } else if (session.sendAgain(delivery, message, form(taken))) {
            sendHeld(queue);
        } else {
            retryLater(queue);
        }
        if (held == 0) {
            session.lentGone();
        }
    }

    private void retryLater(NamespaceQueue queue) {
        retrying = true;
        owner.schedule(
                () -> {
                    retrying = false;
                    sendHeld(queue);
                },
                RETRY_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    static Form form(LentRecord taken) {
        int[] ids = taken.subscriptionId() == 0 ? new int[0] : new int[] {taken.subscriptionId()};
        return new Form(Qos.EXACTLY_ONCE, taken.retain(), ids);
    }

    /** All of them, for the record. */
    List<LentRecord> records() {
        return all.entrySet().stream()
                .map(entry -> {
                    LentRecord taken = entry.getValue().taken;
                    return entry.getKey().state != State.DONE
                            ? taken
                            : new LentRecord(
                                    taken.filter(),
                                    taken.partition(),
                                    taken.position(),
                                    LentRecord.DONE,
                                    taken.retain(),
                                    taken.subscriptionId());
                })
                .toList();
    }

    /** The connection ends: what is being recorded has not left, and belongs to the session no longer. */
    void end() {
        ended = true;
        if (reading != null) {
            reading.close();
        }
        all.entrySet().removeIf(entry -> {
            Loan loan = entry.getValue().loan;
            boolean unsent = entry.getKey().state == State.SAVING && loan != null;
            if (unsent) {
                unsentLoans.add(loan);
            }
            return unsent;
        });
    }

    /**
     * Gives back what had not left when the connection ended. A record that names it may be in the log until then: so the log has to
     * have one without it before, or a broker that starts again would find it here, and another client may have it, too.
     *
     * @return to be run on any thread when the log has such a record; null when there is nothing to be given back
     */
    @Nullable
    Runnable givingBack() {
        if (unsentLoans.isEmpty()) {
            return null;
        }
        return () -> owner.execute(() -> {
            unsentLoans.forEach(Loan::giveBack);
            unsentLoans.clear();
        });
    }
}
