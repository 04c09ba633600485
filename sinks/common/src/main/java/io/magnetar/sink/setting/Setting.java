package io.magnetar.sink.setting;

import org.jspecify.annotations.Nullable;

/**
 * One key of a sink's configuration.
 *
 * <p>Thread: immutable.
 *
 * @param preset what holds when the key is absent; null when nothing does
 * @param required whether the key must be there
 * @param sensitive whether the value is a secret: read from Pulsar's secrets provider before the plain configuration, and
 *     never shown
 * @param meaning one line for the docs
 */
public record Setting<T>(
        String name, ValueType<T> type, @Nullable T preset, boolean required, boolean sensitive, String meaning) {

    /** A key that may be left out. */
    public static <T> Setting<T> optional(String name, ValueType<T> type, String meaning) {
        return new Setting<>(name, type, null, false, false, meaning);
    }

    public static <T> Setting<T> preset(String name, ValueType<T> type, T preset, String meaning) {
        return new Setting<>(name, type, preset, false, false, meaning);
    }

    public static <T> Setting<T> required(String name, ValueType<T> type, String meaning) {
        return new Setting<>(name, type, null, true, false, meaning);
    }

    /** A secret; which of several ways to log in needs it is for the sink to check. */
    public static Setting<String> secret(String name, String meaning) {
        return new Setting<>(name, ValueTypes.TEXT, null, false, true, meaning);
    }
}
