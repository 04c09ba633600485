package io.magnetar.mqtt.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.namespace.NamespaceRules;
import io.magnetar.mqtt.namespace.NamespaceSettings;
import io.magnetar.mqtt.namespace.NamespaceSyntax;
import io.magnetar.tenancy.Namespace;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads which namespaces there are, and how a client's is found.
 *
 * <p>Thread: the caller's; used once.
 */
final class NamespaceReader {
    private static final String LISTENER = "listener";

    private final Function<ConfigurationKey, String> text;
    private final Consumer<String> problems;

    /** @param text the value of a key, or its default */
    NamespaceReader(Function<ConfigurationKey, String> text, Consumer<String> problems) {
        this.text = text;
        this.problems = problems;
    }

    private void problem(ConfigurationKey key, String what) {
        problems.accept(key.key() + ": " + what);
    }

    /**
     * Reads the settings.
     *
     * @param required {@code mqttRequireNamespace}
     * @param mountpoints {@code mqttNamespaceAsMountpoint}
     * @param automatic {@code mqttNamespaceAutoCreation}
     * @param maxOpen {@code mqttMaxNamespaces}
     * @param listeners some of which may name a namespace
     */
    NamespaceSettings read(
            boolean required, boolean mountpoints, boolean automatic, int maxOpen, List<Listener> listeners) {
        NamespaceRules rules = NamespaceSyntax.read(
                text.apply(ConfigurationKey.NAMESPACE_FROM),
                problem -> problem(ConfigurationKey.NAMESPACE_FROM, problem));
        checkListeners(rules, listeners);
        if (required && rules.rules().isEmpty()) {
            problem(
                    ConfigurationKey.REQUIRE_NAMESPACE,
                    "nobody could connect, for " + ConfigurationKey.NAMESPACE_FROM.key()
                            + " says no way to a namespace");
        }
        Pattern tenants = tenants();
        return new NamespaceSettings(
                rules,
                defaultNamespace(!required || mountpoints, tenants),
                required,
                mountpoints,
                Set.copyOf(list(ConfigurationKey.DENIED_NAMESPACES)),
                tenants,
                new NamespaceSettings.Creation(automatic, list(ConfigurationKey.NAMESPACE_ADMIN_ROLES)),
                maxOpen);
    }

    /** What a listener says would be lost without the rule, and the rule finds nothing without a listener that says something. */
    private void checkListeners(NamespaceRules rules, List<Listener> listeners) {
        boolean told = listeners.stream().anyMatch(listener -> listener.namespace() != null);
        if (told && !rules.useListener()) {
            problem(
                    ConfigurationKey.LISTENERS,
                    "a listener has the option namespace, and " + ConfigurationKey.NAMESPACE_FROM.key()
                            + " does not look at it: put '" + LISTENER + "' there");
        }
        if (!told && rules.useListenerAlone()) {
            problem(
                    ConfigurationKey.NAMESPACE_FROM,
                    "'" + LISTENER + "' finds nothing: no listener of " + ConfigurationKey.LISTENERS.key()
                            + " has the option namespace");
        }
    }

    private Namespace defaultNamespace(boolean needed, Pattern tenants) {
        String name = text.apply(ConfigurationKey.DEFAULT_NAMESPACE);
        Optional<String> illegal = Namespace.problem(name);
        if (illegal.isPresent()) {
            problems.accept(ConfigurationKey.DEFAULT_NAMESPACE.key() + "=" + name + ": " + illegal.get());
            return new Namespace(ConfigurationKey.DEFAULT_NAMESPACE.defaultValue());
        }
        if (needed && !tenants.matches(name)) {
            problems.accept(ConfigurationKey.DEFAULT_NAMESPACE.key() + "=" + name + ": "
                    + ConfigurationKey.TENANTS.key() + "=" + tenants + " does not match it");
        }
        return new Namespace(name);
    }

    private Pattern tenants() {
        String value = text.apply(ConfigurationKey.TENANTS);
        try {
            return Pattern.compile(value);
        } catch (PatternSyntaxException e) {
            problems.accept(
                    ConfigurationKey.TENANTS.key() + "=" + value + ": no regular expression: " + e.getDescription());
            return Pattern.compile(".*");
        }
    }

    private List<String> list(ConfigurationKey key) {
        return Arrays.stream(text.apply(key).split(",", -1))
                .map(String::trim)
                .filter(one -> !one.isEmpty())
                .distinct()
                .toList();
    }
}
