package io.magnetar.sink.delivery;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How one attempt to hand something to a destination ended. Thread: immutable. */
public sealed interface Outcome<T> {
    /** The destination has it. */
    record Delivered<T>(T value) implements Outcome<T> {}

    /**
     * It did not work now and may work later: too many requests, a server error, a timeout, another leader.
     *
     * @param notBefore how long the destination wants to be left alone, null when it does not say
     */
    record Retriable<T>(String reason, @Nullable Duration notBefore) implements Outcome<T> {}

    /**
     * It will not work until someone changes something: credentials, a bucket that does not exist, a record that is refused.
     */
    record Permanent<T>(String reason) implements Outcome<T> {}

    static <T> Outcome<T> delivered(T value) {
        return new Delivered<>(value);
    }

    static <T> Outcome<T> retriable(String reason) {
        return new Retriable<>(reason, null);
    }

    static <T> Outcome<T> permanent(String reason) {
        return new Permanent<>(reason);
    }
}
