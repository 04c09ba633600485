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

    String key();

    String defaultValue();

    String meaning();

    /** Whether the value is a whole number from {@link #min()} to {@link #max()}. */
    boolean isNumber();

    long min();

    long max();
}
