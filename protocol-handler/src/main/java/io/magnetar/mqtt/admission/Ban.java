package io.magnetar.mqtt.admission;

import io.magnetar.mqtt.access.AddressRange;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who may not be in a namespace.
 *
 * <p>Thread: immutable.
 *
 * @param value a client identifier, a user name, or an address or a range of addresses as in {@code 203.0.113.0/24}
 * @param untilMillis when it ends, epoch milliseconds; {@link #FOR_EVER} for never
 */
public record Ban(Kind kind, String value, long untilMillis) {
    public static final long FOR_EVER = Long.MAX_VALUE;

    /** What somebody is known by. */
    public enum Kind {
        CLIENT_ID("clientId"),
        USERNAME("username"),
        ADDRESS("address");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** The name of it where bans are written. */
        public String word() {
            return word;
        }
    }

    /** @throws IllegalArgumentException when the value is none of its kind */
    public Ban {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("a ban without a " + kind.word() + " would be for nobody");
        }
        if (kind == Kind.ADDRESS && AddressRange.parse(value).isEmpty()) {
            throw new IllegalArgumentException("'" + value + "' is no address, and no range as in 203.0.113.0/24");
        }
    }

    public boolean hasEnded(long nowMillis) {
        return untilMillis <= nowMillis;
    }

    /** Whether somebody is meant, whatever the time is. */
    public boolean isFor(String clientId, @Nullable String username, InetAddress address) {
        return switch (kind) {
            case CLIENT_ID -> value.equals(clientId);
            case USERNAME -> value.equals(username);
            case ADDRESS ->
                AddressRange.parse(value)
                        .filter(range -> range.contains(address))
                        .isPresent();
        };
    }

    /** Whether both are of the same, however long. */
    public boolean isOfTheSame(Ban other) {
        return kind == other.kind && value.equals(other.value);
    }
}
