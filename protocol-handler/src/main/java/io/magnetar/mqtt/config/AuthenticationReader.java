package io.magnetar.mqtt.config;

import io.magnetar.mqtt.auth.AuthenticationSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;

/**
 * Reads who is asked who clients are. Which sources there are is known when the broker starts.
 *
 * <p>Thread: the caller's; used once.
 */
public final class AuthenticationReader {
    private final Function<ConfigurationKey, String> text;
    private final ToIntFunction<ConfigurationKey> number;
    private final Consumer<String> problems;

    /**
     * @param text the value of a key, or its default
     * @param number the same of a key that is a number
     */
    AuthenticationReader(
            Function<ConfigurationKey, String> text,
            ToIntFunction<ConfigurationKey> number,
            Consumer<String> problems) {
        this.text = text;
        this.number = number;
        this.problems = problems;
    }

    AuthenticationSettings read() {
        String written = text.apply(ConfigurationKey.AUTHENTICATION);
        return new AuthenticationSettings(
                chain(
                        written,
                        ',',
                        what -> problems.accept(ConfigurationKey.AUTHENTICATION.key() + "=" + written + ": " + what)),
                number.applyAsInt(ConfigurationKey.AUTHENTICATION_TIMEOUT_MILLIS),
                number.applyAsInt(ConfigurationKey.MAX_AUTHENTICATIONS));
    }

    /** The names in a chain as it is written, in their order; nobody when nothing is written. */
    public static List<String> chain(String written, char separator, Consumer<String> problems) {
        List<String> names = new ArrayList<>();
        if (written.isBlank()) {
            return names;
        }
        for (String one : written.split(Pattern.quote(String.valueOf(separator)), -1)) {
            String name = one.trim();
            if (name.isEmpty()) {
                problems.accept("a source has no name");
            } else if (names.contains(name)) {
                problems.accept("'" + name + "' is there twice");
            } else {
                names.add(name);
            }
        }
        return names;
    }
}
