package io.magnetar.sink.setting;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as it is read: every value is looked at before the first error is thrown. A sink reads its settings, adds
 * what does not fit together with {@link #refuse}, and ends with {@link #check()}.
 *
 * <p>Thread: that of the start.
 */
public final class SettingsReading {
    private final Map<Setting<?>, Object> values = new HashMap<>();
    private final Set<Setting<?>> invalid = new LinkedHashSet<>();
    private final List<String> errors = new ArrayList<>();

    /**
     * @param secrets what Pulsar's secrets provider has under a name, or null; {@code SinkContext::getSecret}
     */
    public SettingsReading(
            Settings settings,
            Map<String, ? extends @Nullable Object> configuration,
            Function<String, @Nullable String> secrets) {
        for (String name : configuration.keySet()) {
            if (!settings.knows(name)) {
                errors.add(name + ": there is no such key"
                        + settings.nearest(name)
                                .map(known -> "; " + known + " may be meant")
                                .orElse(""));
            }
        }
        for (Setting<?> setting : settings.all()) {
            read(setting, configuration.get(setting.name()), secrets);
        }
    }

    private void read(Setting<?> setting, @Nullable Object configured, Function<String, @Nullable String> secrets) {
        Object value = configured;
        if (setting.sensitive()) {
            String secret = secrets.apply(setting.name());
            if (secret != null && configured != null) {
                fail(setting, "it is among the secrets and in the configuration; leave it out of the configuration");
                return;
            }
            value = secret == null ? configured : secret;
        }
        if (value == null) {
            if (setting.required()) {
                fail(setting, "it is required (" + setting.type().description() + ")");
            }
            return;
        }
        try {
            values.put(setting, setting.type().parse(value));
        } catch (IllegalArgumentException e) {
            fail(setting, String.valueOf(e.getMessage()));
        }
    }

    private void fail(Setting<?> setting, String error) {
        invalid.add(setting);
        refuse(setting, error);
    }

    /** Adds an error; {@link #check()} throws it with all others. */
    public void refuse(Setting<?> setting, String error) {
        errors.add(setting.name() + ": " + error);
    }

    /** Adds an error that concerns no single key. */
    public void refuse(String error) {
        errors.add(error);
    }

    /** Whether the value of a key was refused, so that nothing can be said about what it goes with. */
    public boolean isInvalid(Setting<?> setting) {
        return invalid.contains(setting);
    }

    /** Whether the configuration or the secrets have the key. */
    public boolean has(Setting<?> setting) {
        return values.containsKey(setting) || invalid.contains(setting);
    }

    /** The value or the preset of a key, empty when there is neither. */
    @SuppressWarnings("unchecked") // read() puts what the setting's own type has parsed
    public <T> Optional<T> find(Setting<T> setting) {
        T value = (T) values.get(setting);
        return Optional.ofNullable(value == null ? setting.preset() : value);
    }

    /** The value or the preset of a key that is required or has one. Only after {@link #check()}. */
    public <T> T get(Setting<T> setting) {
        return find(setting).orElseThrow(() -> new IllegalStateException(setting.name() + " has no value"));
    }

    /** The value of a key that another one needs. */
    public <T> void require(Setting<T> setting, String reason) {
        if (!has(setting) && setting.preset() == null) {
            refuse(setting, "it is required " + reason);
        }
    }

    /**
     * @throws InvalidSettings with all errors so far, if there is one
     */
    public void check() {
        if (!errors.isEmpty()) {
            throw new InvalidSettings(List.copyOf(Objects.requireNonNull(errors)));
        }
    }
}
