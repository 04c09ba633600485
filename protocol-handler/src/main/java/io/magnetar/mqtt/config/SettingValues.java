package io.magnetar.mqtt.config;

import io.magnetar.mqtt.auth.TrustedCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The values of keys, with words for what is wrong with them.
 *
 * <p>Thread: the caller's; used once.
 */
final class SettingValues {
    static final String FILE = "file:";

    private final Properties properties;
    private final Consumer<String> problems;

    SettingValues(Properties properties, Consumer<String> problems) {
        this.properties = properties;
        this.problems = problems;
    }

    /** Tells what is wrong with a key, without its value, which may be a secret. */
    void problem(Setting setting, String what) {
        problems.accept(setting.key() + ": " + what);
    }

    private void problem(Setting setting, String value, String what) {
        problems.accept(setting.key() + "=" + value + ": " + what);
    }

    boolean isSet(Setting setting) {
        return !properties.getProperty(setting.key(), "").isBlank();
    }

    /** The value, or the default; empty when there is none. */
    String text(Setting setting) {
        return isSet(setting) ? properties.getProperty(setting.key()).trim() : setting.defaultValue();
    }

    /** The same; null when there is none. */
    @Nullable
    String textOrNull(Setting setting) {
        String value = text(setting);
        return value.isEmpty() ? null : value;
    }

    /** The value, or what is in the file that it names with {@code file:}: for secrets, because Pulsar logs its configuration. */
    String secret(Setting setting) {
        String value = text(setting);
        if (!value.startsWith(FILE)) {
            return value;
        }
        Path file = file(setting, value.substring(FILE.length()));
        try {
            return file == null ? "" : Files.readString(file).trim();
        } catch (IOException e) {
            problem(setting, "the file " + file + " has no text in UTF-8 that can be read");
            return "";
        }
    }

    long number(Setting setting) {
        String value = text(setting);
        try {
            long number = Long.parseLong(value);
            if (number >= setting.min() && number <= setting.max()) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number out of range.
        }
        problem(setting, value, "a whole number from " + setting.min() + " to " + setting.max() + " is needed");
        return Long.parseLong(setting.defaultValue());
    }

    boolean flag(Setting setting) {
        return choice(setting, "true", "false").equals("true");
    }

    /** One of some words; the first of them when it is none. */
    String choice(Setting setting, String... words) {
        String value = text(setting);
        if (Arrays.asList(words).contains(value)) {
            return value;
        }
        problem(
                setting,
                value,
                Arrays.stream(words).limit(words.length - 1L).collect(Collectors.joining(", ")) + " or "
                        + words[words.length - 1] + " is needed");
        return words[0];
    }

    /** What is between commas. */
    List<String> list(Setting setting) {
        return Arrays.stream(text(setting).split(",", -1))
                .map(String::trim)
                .filter(one -> !one.isEmpty())
                .distinct()
                .toList();
    }

    /** A file that can be read; null when none is named, or when it cannot. */
    @Nullable
    Path file(Setting setting) {
        String value = text(setting);
        return value.isEmpty() ? null : file(setting, value);
    }

    @Nullable
    Path file(Setting setting, String name) {
        try {
            Path file = Path.of(name);
            if (Files.isReadable(file) && !Files.isDirectory(file)) {
                return file;
            }
        } catch (InvalidPathException e) {
            // Told below, like a file that is not there.
        }
        problem(setting, "the file " + name + " cannot be read");
        return null;
    }

    /** A PEM file with certificates; null when none is named, or when it has none. */
    @Nullable
    Path trustFile(Setting setting) {
        Path file = file(setting);
        if (file == null) {
            return null;
        }
        try {
            TrustedCertificates.context(file);
            return file;
        } catch (IOException | GeneralSecurityException e) {
            problem(setting, file.toString(), "certificates in PEM are needed: " + e.getMessage());
            return null;
        }
    }
}
