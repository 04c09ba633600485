package io.magnetar.sink.setting;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All settings that a sink knows.
 *
 * <p>Thread: immutable.
 */
public final class Settings {
    private static final int FARTHEST_GUESS = 4;

    private final Map<String, Setting<?>> byName = new LinkedHashMap<>();

    private Settings(Stream<Setting<?>> settings) {
        settings.forEach(setting -> {
            if (byName.put(setting.name(), setting) != null) {
                throw new IllegalArgumentException("two settings are called " + setting.name());
            }
        });
    }

    public static Settings of(Setting<?>... settings) {
        return new Settings(Arrays.stream(settings));
    }

    /** These and more, in this order. */
    public Settings and(Settings more) {
        return new Settings(Stream.concat(byName.values().stream(), more.byName.values().stream()));
    }

    Collection<Setting<?>> all() {
        return byName.values();
    }

    boolean knows(String name) {
        return byName.containsKey(name);
    }

    /** The known name that was probably meant. */
    Optional<String> nearest(String unknown) {
        return EditDistance.nearest(unknown, byName.keySet(), FARTHEST_GUESS);
    }

    /** A heading and a row for each setting. */
    public String markdown() {
        StringBuilder table = new StringBuilder("| key | value | default | meaning |\n|---|---|---|---|\n");
        byName.values().forEach(setting -> table.append(row(setting)));
        return table.toString();
    }

    private static <T> String row(Setting<T> setting) {
        T preset = setting.preset();
        String shown = preset == null
                ? (setting.required() ? "required" : "")
                : "`" + setting.type().show(preset) + "`";
        return "| `" + setting.name() + "` | "
                + (setting.sensitive() ? "secret" : setting.type().description()) + " | " + shown + " | "
                + setting.meaning() + " |\n";
    }
}
