package io.magnetar.mqtt.publish;

import io.magnetar.mqtt.codec.SharedPublish;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The packet identifiers on their way to a client, each with the answer that it waits for. No identifier is in use twice
 * [MQTT-2.2.1-4].
 *
 * <p>Thread: the connection's owner.
 */
final class PacketIdWindow {
    private static final int MAX_PACKET_ID = 65_535;
    private static final int FIRST_CAPACITY = 16;

    /** The answer that a packet id waits for. */
    enum State {
        FREE,
        AWAITS_PUBACK,
        AWAITS_PUBREC,
        AWAITS_PUBCOMP,
        /** In the hands of the durable session's own flow. */
        OWED,
        /** The same, from an earlier connection: it counts when its message is sent on this one. */
        HELD
    }

    private final int limit;
    private int inUse;
    private int held;
    private int lastId;
    /** Open addressing by packet id: a place holds one id, its capacity is at least twice what is in use. */
    private char[] ids = new char[FIRST_CAPACITY];

    private State[] states = freeStates(FIRST_CAPACITY);
    /** What is lent, beside its packet id; null until the first is. */
    private @Nullable Lent @Nullable [] lent;

    /** A message that is to be given back when the client does not acknowledge it. */
    record Lent(SharedPublish publish, OutboundPublishFlow.Lender lender) {}

    /** A message that is lent, and the answer that it waits for. */
    record Unanswered(int age, State waitsFor, Lent message) {}

    /** @param limit how many may be in use at once, 1 to 65,535 */
    PacketIdWindow(int limit) {
        this.limit = limit;
    }

    boolean isFull() {
        return inUse >= limit;
    }

    int limit() {
        return limit;
    }

    int inUse() {
        return inUse;
    }

    /** Takes a free identifier; the window must not be full. */
    int take(State state) {
        if ((inUse + held) * 2 >= ids.length && ids.length <= MAX_PACKET_ID) {
            grow();
        }
        do {
            lastId = lastId == MAX_PACKET_ID ? 1 : lastId + 1;
        } while (states[place(lastId)] != State.FREE);
        ids[place(lastId)] = (char) lastId;
        states[place(lastId)] = state;
        inUse++;
        return lastId;
    }

    /** Notes that the message of an identifier in use is lent. */
    void lend(int packetId, Lent message) {
        if (lent == null) {
            lent = new Lent[ids.length];
        }
        lent[place(packetId)] = message;
    }

    /** What an identifier in use was lent for, or null. */
    @Nullable
    Lent lent(int packetId) {
        return lent == null ? null : lent[place(packetId)];
    }

    /** What is lent, in the order in which it was sent. */
    List<Unanswered> unanswered() {
        List<Unanswered> found = new ArrayList<>();
        for (int place = 0; lent != null && place < ids.length; place++) {
            if (states[place] != State.FREE && lent[place] != null) {
                found.add(new Unanswered(age(ids[place]), states[place], lent[place]));
            }
        }
        found.sort(Comparator.comparingInt(Unanswered::age).reversed());
        return found;
    }

    /** How many identifiers were taken since. */
    private int age(int packetId) {
        return Math.floorMod(lastId - packetId, MAX_PACKET_ID);
    }

    /** Moves an identifier on from one state to the next; {@link State#FREE} gives it back. */
    boolean move(int packetId, State from, State to) {
        int place = place(packetId);
        if (states[place] != from || ids[place] != packetId) {
            return false;
        }
        states[place] = to;
        if (to == State.FREE) {
            inUse--;
            if (lent != null) {
                lent[place] = null;
            }
        }
        return true;
    }

    /** Keeps an identifier of an earlier connection from being taken, without counting it. */
    void hold(int packetId) {
        while (states[place(packetId)] != State.FREE) {
            grow();
        }
        ids[place(packetId)] = (char) packetId;
        states[place(packetId)] = State.HELD;
        held++;
    }

    /** Counts an identifier that was held. */
    void resume(int packetId) {
        if (state(packetId) == State.HELD) {
            states[place(packetId)] = State.OWED;
            held--;
            inUse++;
        }
    }

    /** Gives an identifier of the durable session's own flow back. */
    void giveBack(int packetId) {
        State state = state(packetId);
        if (state == State.OWED) {
            states[place(packetId)] = State.FREE;
            inUse--;
        } else if (state == State.HELD) {
            states[place(packetId)] = State.FREE;
            held--;
        }
    }

    private State state(int packetId) {
        int place = place(packetId);
        return ids[place] == packetId ? states[place] : State.FREE;
    }

    private int place(int packetId) {
        return packetId & (ids.length - 1);
    }

    private void grow() {
        char[] oldIds = ids;
        State[] oldStates = states;
        @Nullable Lent[] oldLent = lent;
        ids = new char[oldIds.length * 2];
        states = freeStates(ids.length);
        lent = oldLent == null ? null : new Lent[ids.length];
        for (int i = 0; i < oldIds.length; i++) {
            if (oldStates[i] != State.FREE) {
                ids[place(oldIds[i])] = oldIds[i];
                states[place(oldIds[i])] = oldStates[i];
                if (oldLent != null && lent != null) {
                    lent[place(oldIds[i])] = oldLent[i];
                }
            }
        }
    }

    private static State[] freeStates(int length) {
        State[] states = new State[length];
        Arrays.fill(states, State.FREE);
        return states;
    }
}
