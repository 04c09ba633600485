package io.magnetar.mqtt.plugin;

import io.magnetar.mqtt.auth.AuthenticationSource;
import io.magnetar.mqtt.auth.SourceThreads;
import io.magnetar.mqtt.auth.TrustedCertificates;
import io.magnetar.mqtt.auth.certificate.CertificateSource;
import io.magnetar.mqtt.auth.fetch.HttpFetch;
import io.magnetar.mqtt.auth.http.HttpSource;
import io.magnetar.mqtt.auth.jwt.JwtSettings;
import io.magnetar.mqtt.auth.jwt.JwtSource;
import io.magnetar.mqtt.auth.ldap.LdapSettings;
import io.magnetar.mqtt.auth.ldap.LdapSource;
import io.magnetar.mqtt.auth.pulsar.PulsarSource;
import io.magnetar.mqtt.config.AuthenticationKey;
import io.magnetar.mqtt.config.ConfigurationKey;
import io.magnetar.mqtt.config.MqttConfiguration;
import io.magnetar.mqtt.config.SourceSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.pulsar.broker.PulsarService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sources that need no records of the broker's own, as far as they are configured.
 *
 * <p>Thread: the one that starts the broker, and the one that closes it.
 */
final class ConfiguredSources implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredSources.class);
    private static final int MAX_KEY_SET_BYTES = 1 << 20;
    private static final int MAX_ANSWER_BYTES = 256 * 1024;
    private static final int KEY_SET_REQUESTS = 1;
    private static final int PROVIDER_THREADS = 8;

    private final Map<String, AuthenticationSource> sources = new LinkedHashMap<>();
    private final Map<String, String> missing = new LinkedHashMap<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final MqttConfiguration configuration;
    private final int timeoutMillis;

    ConfiguredSources(MqttConfiguration configuration, PulsarService pulsar) {
        this.configuration = configuration;
        this.timeoutMillis = configuration.authentication().timeoutMillis();
        SourceSettings settings = configuration.sources();
        addJwt(settings.jwt());
        sources.put(CertificateSource.NAME, new CertificateSource(settings.certificate()));
        addHttp(settings.http());
        addLdap(settings.ldap());
        addPulsar(pulsar);
    }

    /** By their names. */
    Map<String, AuthenticationSource> sources() {
        return sources;
    }

    /** Why the other sources are not there, by their names. */
    Map<String, String> missing() {
        return missing;
    }

    private void addJwt(@Nullable JwtSettings settings) {
        if (settings == null) {
            missing.put(
                    JwtSource.NAME,
                    AuthenticationKey.JWT_SECRET.key() + ", " + AuthenticationKey.JWT_PUBLIC_KEY_FILE.key() + " or "
                            + AuthenticationKey.JWT_JWKS_URL.key() + " is needed");
            return;
        }
        JwtSettings.KeySet keySet = settings.keySet();
        HttpFetch http = keySet == null
                ? null
                : opened(new HttpFetch(
                        "jwks",
                        trusted(keySet.trustFile()),
                        new HttpFetch.Limits(timeoutMillis, KEY_SET_REQUESTS, KEY_SET_REQUESTS, MAX_KEY_SET_BYTES)));
        SourceThreads threads =
                opened(new SourceThreads("jwt", Runtime.getRuntime().availableProcessors(), timeoutMillis));
        sources.put(JwtSource.NAME, new JwtSource(settings, http, threads, InstantSource.system(), System::nanoTime));
        if (settings.names().namespace() == null
                && settings.rules().required().isEmpty()
                && !configuration.namespaces().rules().rules().isEmpty()) {
            LOG.warn(
                    "Any valid token opens any namespace: {} and {} are empty, and {} tell(s) which namespace a client is in",
                    AuthenticationKey.JWT_CLAIMS.key(),
                    AuthenticationKey.JWT_NAMESPACE_CLAIM.key(),
                    ConfigurationKey.NAMESPACE_FROM.key());
        }
    }

    private void addHttp(SourceSettings.@Nullable Http settings) {
        if (settings == null) {
            missing.put(HttpSource.NAME, AuthenticationKey.HTTP_URL.key() + " is needed");
            return;
        }
        HttpFetch http = opened(new HttpFetch(
                "http-authentication",
                trusted(settings.trustFile()),
                new HttpFetch.Limits(
                        timeoutMillis,
                        settings.maxUnderWay(),
                        configuration.authentication().maxUnderWay(),
                        MAX_ANSWER_BYTES)));
        sources.put(HttpSource.NAME, new HttpSource(settings.request(), http, InstantSource.system()));
    }

    private void addLdap(@Nullable LdapSettings settings) {
        if (settings == null) {
            missing.put(LdapSource.NAME, AuthenticationKey.LDAP_URL.key() + " is needed");
        } else {
            sources.put(LdapSource.NAME, opened(new LdapSource(settings, timeoutMillis)));
        }
    }

    private void addPulsar(PulsarService pulsar) {
        if (!pulsar.getConfiguration().isAuthenticationEnabled()) {
            missing.put(PulsarSource.NAME, "authenticationEnabled=true is needed in the broker's configuration");
            return;
        }
        SourceThreads threads = opened(new SourceThreads("providers", PROVIDER_THREADS, timeoutMillis));
        try {
            sources.put(
                    PulsarSource.NAME,
                    new PulsarSource(
                            configuration.sources().pulsar(),
                            pulsar.getBrokerService().getAuthenticationService(),
                            threads));
        } catch (IllegalArgumentException e) {
            missing.put(PulsarSource.NAME, String.valueOf(e.getMessage()));
        }
    }

    private <T extends AutoCloseable> T opened(T one) {
        open.add(one);
        return one;
    }

    private static @Nullable SSLContext trusted(@Nullable Path file) {
        try {
            return file == null ? null : TrustedCertificates.context(file);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("the certificates in " + file + " cannot be used", e);
        }
    }

    @Override
    public void close() {
        for (AutoCloseable one : open) {
            try {
                one.close();
            } catch (Exception e) {
                LOG.warn("A source of authentication did not close: {}", e.toString());
            }
        }
    }
}
