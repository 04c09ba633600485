package io.magnetar.mqtt.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One key of the configuration, with its default and its meaning. The reference in {@code docs/configuration.md} is made of these. */
public sealed interface Setting permits ConfigurationKey, AuthenticationKey {
    /** All of them, in the order of the reference. */
    static List<Setting> all() {
        return Stream.<Setting>concat(
                        Arrays.stream(ConfigurationKey.values()), Arrays.stream(AuthenticationKey.values()))
                .toList();
    }

    static Optional<Setting> named(String key) {
        return all().stream().filter(known -> known.key().equals(key)).findFirst();
    }

    /**
     * What is said of a key.
     *
     * @param number whether its value is a whole number from {@code min} to {@code max}
     */
    record Facts(String key, String defaultValue, String meaning, long min, long max, boolean number) {
        static Facts ofText(String key, String defaultValue, String meaning) {
            return new Facts(key, defaultValue, meaning, 0, 0, false);
        }

        static Facts ofNumber(String key, String defaultValue, String meaning, long min, long max) {
            return new Facts(key, defaultValue, meaning, min, max, true);
        }
    }

    Facts facts();

    default String key() {
        return facts().key();
    }

    default String defaultValue() {
        return facts().defaultValue();
    }

    default String meaning() {
        return facts().meaning();
    }

    /** Whether the value is a whole number from {@link #min()} to {@link #max()}. */
    default boolean isNumber() {
        return facts().number();
    }

    default long min() {
        return facts().min();
    }

    default long max() {
        return facts().max();
    }
}
