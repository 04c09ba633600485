package io.magnetar.mqtt.plugin;

import io.magnetar.mqtt.auth.AnonymousSource;
import io.magnetar.mqtt.auth.AuthenticationChains;
import io.magnetar.mqtt.auth.AuthenticationSource;
import io.magnetar.mqtt.auth.Authenticators;
import io.magnetar.mqtt.config.ConfigurationKey;
import io.magnetar.mqtt.config.MqttConfiguration;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.users.UsersSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pulsar.broker.PulsarService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sources that this broker has, by their names, and the chains that its configuration makes of them.
 *
 * <p>Thread: the one that starts the broker.
 */
final class AuthenticationSources implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuthenticationSources.class);

    private final MqttConfiguration configuration;
    private final Map<String, AuthenticationSource> sources = new LinkedHashMap<>();
    private final ConfiguredSources configured;
    private final PulsarNamespaceChains namespaces;
    private final PulsarUsers users;
    private final Counters counters;

    /** Each source has its line here, under the condition that it is configured. */
    AuthenticationSources(MqttConfiguration configuration, PulsarService pulsar, PulsarUsers users, Counters counters) {
        this.counters = counters;
        this.configuration = configuration;
        this.users = users;
        sources.put(UsersSource.NAME, users.source());
        sources.put(AnonymousSource.NAME, new AnonymousSource());
        this.configured = new ConfiguredSources(configuration, pulsar);
        sources.putAll(configured.sources());
        this.namespaces = new PulsarNamespaceChains(
                pulsar.getConfigurationMetadataStore(), configuration.namespaces()::isServed, sources.keySet());
    }

    /** @throws MqttConfiguration.InvalidException when a chain names a source that is not there */
    Authenticators authenticators() {
        List<String> problems = new ArrayList<>();
        check(configuration.authentication().chain(), ConfigurationKey.AUTHENTICATION.key(), problems);
        for (Listener listener : configuration.listeners()) {
            if (listener.authentication() != null) {
                check(
                        listener.authentication(),
                        ConfigurationKey.LISTENERS.key() + ": '" + listener.name() + "' has authentication",
                        problems);
            }
        }
        if (!problems.isEmpty()) {
            throw new MqttConfiguration.InvalidException(problems);
        }
        warn();
        AuthenticationChains chains = new AuthenticationChains(
                sources, configuration.authentication(), namespaces, counters, System::nanoTime);
        return new Authenticators(chains, users.methods(chains, counters));
    }

    private void check(List<String> chain, String where, List<String> problems) {
        for (String name : chain) {
            String needed = configured.missing().get(name);
            if (needed != null) {
                problems.add(where + ": the source '" + name + "' is not configured: " + needed);
            } else if (!sources.containsKey(name)) {
                problems.add(where + ": there is no source '" + name + "', or it is not configured; there are "
                        + String.join(", ", sources.keySet()));
            }
        }
    }

    private void warn() {
        List<String> chain = configuration.authentication().chain();
        boolean listeners = configuration.listeners().stream().allMatch(listener -> listener.authentication() != null);
        if (chain.isEmpty() && !listeners) {
            LOG.warn(
                    "{} is empty: no client is let in. It names who is asked, of {}",
                    ConfigurationKey.AUTHENTICATION.key(),
                    sources.keySet());
        }
        open(configuration)
                .forEach(where -> LOG.warn(
                        "ANYBODY MAY CONNECT: {} names '{}', which lets in every client, whatever it says of itself",
                        where,
                        AnonymousSource.NAME));
    }

    /** Nobody is asked any more. */
    @Override
    public void close() {
        configured.close();
    }

    /** For the status page: who is asked, and where nobody needs to be known. */
    static Map<String, Object> describe(MqttConfiguration configuration) {
        return Map.of("chain", configuration.authentication().chain(), "anybodyMayConnect", open(configuration));
    }

    private static List<String> open(MqttConfiguration configuration) {
        List<String> open = new ArrayList<>();
        for (Listener listener : configuration.listeners()) {
            List<String> chain = listener.authentication() == null
                    ? configuration.authentication().chain()
                    : listener.authentication();
            if (chain.contains(AnonymousSource.NAME)) {
                open.add(listener.name());
            }
        }
        return open;
    }
}
