package io.magnetar.stream.group;

import io.magnetar.stream.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.jspecify.annotations.Nullable;

/**
 * What the members of a group at this broker have of one partition. When the partition has moved, its new Pulsar broker brings all again
 * that it does not know to be acknowledged, perhaps to another member: nobody gets what a member has or had.
 *
 * <pre>
 *   brought --> with its holder --acknowledged--> acknowledged --receipt of the Pulsar broker--> confirmed --a while--> forgotten
 *                    |
 *                    +-- the holder leaves --> with the one to whom it was brought again, if any
 * </pre>
 *
 * A message that is confirmed may still wait in a consumer to which it was brought before: it is remembered until every member has
 * emptied its consumer since.
 *
 * <p>Thread: any.
 */
final class TakenMessages {
    private static final long REMEMBER_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** So many are remembered at most, while a member that takes nothing does not empty its consumer. */
    private static final int MAX_CONFIRMED = 10_000;

    /** What becomes of a message that was brought. */
    enum Met {
        /** It is for who asked. */
        NEW,
        /** A member has it. */
        WITH_MEMBER,
        /** It was acknowledged, and the log did not hear of it, or has lost that. */
        ACKNOWLEDGED
    }

    private enum State {
        WITH_HOLDER,
        ACKNOWLEDGED,
        CONFIRMED
    }

    private static final class Taken {
        State state = State.WITH_HOLDER;
        GroupCursor holder;
        /** Null when it is acknowledged. */
        @Nullable
        Message<byte[]> message;

        /** To whom it was brought again, and what. */
        @Nullable
        GroupCursor next;

        @Nullable
        Message<byte[]> nextMessage;

        Taken(GroupCursor holder, Message<byte[]> message) {
            this.holder = holder;
            this.message = message;
        }
    }

    private record Confirmed(Position position, long nanos) {}

    private final Map<Position, Taken> taken = new HashMap<>();
    private final ArrayDeque<Confirmed> confirmed = new ArrayDeque<>();
    private final Set<GroupCursor> members = new HashSet<>();
    private long sweptNanos = System.nanoTime();

    synchronized void join(GroupCursor member) {
        members.add(member);
    }

    /** A message was brought to a member, which has it from now on when nobody else does. */
    synchronized Met meet(GroupCursor member, Position position, Message<byte[]> message) {
        Taken known = taken.get(position);
        if (known == null) {
            taken.put(position, new Taken(member, message));
            return Met.NEW;
        }
        if (known.state != State.WITH_HOLDER) {
            return Met.ACKNOWLEDGED;
        }
        if (known.holder.equals(member)) {
            known.message = message;
        } else {
            known.next = member;
            known.nextMessage = message;
        }
        return Met.WITH_MEMBER;
    }

    /** A message is not wanted after all. */
    synchronized void forget(Position position) {
        taken.remove(position);
    }

    /**
     * A member is done with a message.
     *
     * @return the id under which the Pulsar broker has it out last; null when the message is not the member's any more
     */
    synchronized @Nullable MessageId acknowledge(GroupCursor member, Position position) {
        Taken known = taken.get(position);
        if (known == null || !known.holder.equals(member) || known.state != State.WITH_HOLDER) {
            return null;
        }
        Message<byte[]> last = known.nextMessage == null ? known.message : known.nextMessage;
        known.state = State.ACKNOWLEDGED;
        known.message = null;
        known.next = null;
        known.nextMessage = null;
        return last == null ? null : last.getMessageId();
    }

    /** The log knows that a message is acknowledged. */
    synchronized void confirm(Position position) {
        Taken known = taken.get(position);
        if (known == null || known.state != State.ACKNOWLEDGED) {
            return;
        }
        long now = System.nanoTime();
        known.state = State.CONFIRMED;
        confirmed.add(new Confirmed(position, now));
        if (confirmed.size() > MAX_CONFIRMED) {
            taken.remove(confirmed.remove().position());
        }
        if (now - sweptNanos >= SWEEP_NANOS) {
            sweptNanos = now;
            sweep(now);
        }
    }

    private void sweep(long now) {
        long emptiedAgo = members.stream()
                .mapToLong(member -> now - member.emptiedNanos(now))
                .max()
                .orElse(0);
        while (!confirmed.isEmpty() && now - confirmed.element().nanos() > emptiedAgo + REMEMBER_NANOS) {
            taken.remove(confirmed.remove().position());
        }
    }

    /** A member leaves: what it has goes to those to whom it was brought again, or is brought to others by the Pulsar broker. */
    synchronized void leave(GroupCursor member) {
        members.remove(member);
        List<Position> gone = new ArrayList<>();
        TreeMap<Position, Taken> inherited = new TreeMap<>();
        taken.forEach((position, known) -> {
            GroupCursor next = known.next;
            Message<byte[]> message = known.nextMessage;
            if (member.equals(next)) {
                known.next = null;
                known.nextMessage = null;
            } else if (member.equals(known.holder) && known.state == State.WITH_HOLDER) {
                if (next == null || message == null) {
                    gone.add(position);
                } else {
                    known.holder = next;
                    known.message = message;
                    known.next = null;
                    known.nextMessage = null;
                    inherited.put(position, known);
                }
            } else if (member.equals(known.holder) && known.state == State.ACKNOWLEDGED) {
                known.state = State.CONFIRMED; // Its consumer says so before it closes.
                confirmed.add(new Confirmed(position, System.nanoTime()));
            }
        });
        gone.forEach(taken::remove);
        inherited.forEach((position, known) -> known.holder.inherit(position, Objects.requireNonNull(known.message)));
    }
}
