package io.magnetar.mqtt.config;

import io.magnetar.mqtt.access.AccessSettings;
import io.magnetar.mqtt.access.RuleFile;
import io.magnetar.mqtt.access.RuleSyntax;
import io.magnetar.mqtt.counters.DecidedBy;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads who decides what clients may do.
 *
 * <p>Thread: the caller's; used once.
 */
final class AuthorizationReader {
    private static final List<DecidedBy> SOURCES =
            List.of(DecidedBy.CLIENT, DecidedBy.RULES, DecidedBy.FILE, DecidedBy.HTTP, DecidedBy.PULSAR);
    private static final String NOBODY = "none";

    private final Function<ConfigurationKey, String> text;
    private final Consumer<String> problems;

    /** @param text the value of a key, or its default */
    AuthorizationReader(Function<ConfigurationKey, String> text, Consumer<String> problems) {
        this.text = text;
        this.problems = problems;
    }

    AuthorizationSettings read(int rememberedSeconds, int httpTimeoutMillis, int maxRules) {
        List<DecidedBy> sources = sources();
        return new AuthorizationSettings(
                sources,
                new AccessSettings(
                        isFirst(ConfigurationKey.AUTHORIZATION_DEFAULT, "allow", "deny"),
                        isFirst(ConfigurationKey.DENIED_PUBLISH, "disconnect", "error"),
                        rememberedSeconds),
                value(sources, DecidedBy.FILE, ConfigurationKey.AUTHORIZATION_FILE, this::file),
                value(sources, DecidedBy.HTTP, ConfigurationKey.AUTHORIZATION_HTTP_URL, this::url),
                httpTimeoutMillis,
                maxRules);
    }

    private void problem(ConfigurationKey key, String what) {
        problems.accept(key.key() + "=" + text.apply(key) + ": " + what);
    }

    private List<DecidedBy> sources() {
        List<DecidedBy> sources = new ArrayList<>();
        String written = text.apply(ConfigurationKey.AUTHORIZATION);
        for (String one : written.equals(NOBODY) ? new String[0] : written.split(",", -1)) {
            Optional<DecidedBy> source = SOURCES.stream()
                    .filter(known -> known.label().equals(one.strip()))
                    .findFirst();
            if (source.isEmpty()) {
                problem(
                        ConfigurationKey.AUTHORIZATION,
                        "'" + one.strip() + "' is no source: there are "
                                + SOURCES.stream().map(DecidedBy::label).collect(Collectors.joining(", "))
                                + "; or '" + NOBODY + "' alone");
            } else if (sources.contains(source.get())) {
                problem(ConfigurationKey.AUTHORIZATION, "'" + one.strip() + "' is there twice");
            } else {
                sources.add(source.get());
            }
        }
        return sources;
    }

    private boolean isFirst(ConfigurationKey key, String first, String second) {
        String written = text.apply(key);
        if (!written.equals(first) && !written.equals(second)) {
            problem(key, "'" + first + "' or '" + second + "' is needed");
        }
        return written.equals(first);
    }

    /** What a source needs: without the source it would be forgotten, and without what it needs the source would be nothing. */
    private <T> @Nullable T value(
            List<DecidedBy> sources, DecidedBy source, ConfigurationKey key, Function<String, @Nullable T> read) {
        String written = text.apply(key);
        boolean isSource = sources.contains(source);
        if (isSource == written.isEmpty()) {
            problem(
                    key,
                    isSource
                            ? "it is needed, for '" + source.label() + "' is in " + ConfigurationKey.AUTHORIZATION.key()
                            : "nobody looks at it: put '" + source.label() + "' into "
                                    + ConfigurationKey.AUTHORIZATION.key());
        }
        return isSource && !written.isEmpty() ? read.apply(written) : null;
    }

    private @Nullable RuleFile file(String written) {
        try {
            return RuleFile.open(Path.of(written));
        } catch (InvalidPathException | IOException e) {
            problem(ConfigurationKey.AUTHORIZATION_FILE, "the file cannot be read: " + e.getMessage());
        } catch (RuleSyntax.InvalidRuleException e) {
            problem(ConfigurationKey.AUTHORIZATION_FILE, String.valueOf(e.getMessage()));
        }
        return null;
    }

    private @Nullable URI url(String written) {
        try {
            URI uri = new URI(written);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Told below, like one of another scheme.
        }
        problem(ConfigurationKey.AUTHORIZATION_HTTP_URL, "http:// or https:// with a host is needed");
        return null;
    }
}
