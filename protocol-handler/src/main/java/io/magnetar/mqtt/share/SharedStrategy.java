package io.magnetar.mqtt.share;

import io.magnetar.message.Message;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which member of a group a message is offered to first. One that cannot take it now is passed over for the next, in the order in
 * which they joined.
 */
public enum SharedStrategy {
    /** One after the other. */
    ROUND_ROBIN("round-robin"),
    /** Always the one that joined first: the others stand by. */
    STICKY("sticky"),
    /** All messages of a publisher to the same member, as long as nobody joins or leaves. */
    HASH_CLIENT_ID("hash-client-id"),
    /** All messages of a topic to the same member, as long as nobody joins or leaves. */
    HASH_TOPIC("hash-topic"),
    /** The one with the fewest messages that it has not acknowledged. */
    LEAST_INFLIGHT("least-inflight");

    private final String label;

    SharedStrategy(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    /** All labels, as a user reads them. */
    public static String labels() {
        return Arrays.stream(values()).map(SharedStrategy::label).collect(Collectors.joining(", "));
    }

    public static Optional<SharedStrategy> named(String label) {
        return Arrays.stream(values())
                .filter(strategy -> strategy.label.equals(label))
                .findFirst();
    }

    /**
     * The place of the member to begin with.
     *
     * @param turn another one for each message
     */
    int first(Candidate[] members, Message message, int turn) {
        return switch (this) {
            case ROUND_ROBIN -> Math.floorMod(turn, members.length);
            case STICKY -> 0;
            case HASH_CLIENT_ID -> place(message.publisher().clientId(), members.length);
            case HASH_TOPIC -> place(message.topic(), members.length);
            case LEAST_INFLIGHT -> leastInflight(members, turn);
        };
    }

    private static int place(@Nullable String key, int places) {
        int hash = key == null ? 0 : key.hashCode() * 0x9E3779B9;
        return Math.floorMod(hash ^ (hash >>> 15), places);
    }

    private static int leastInflight(Candidate[] members, int turn) {
        int least = Math.floorMod(turn, members.length);
        for (int i = 1; i < members.length; i++) {
            int next = Math.floorMod(turn + i, members.length);
            if (members[next].inflight() < members[least].inflight()) {
                least = next;
            }
        }
        return least;
    }
}
