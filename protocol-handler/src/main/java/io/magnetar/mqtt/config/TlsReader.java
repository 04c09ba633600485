package io.magnetar.mqtt.config;

import io.magnetar.mqtt.listener.TlsSettings;
import io.magnetar.mqtt.listener.TlsSettings.ClientAuth;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the TLS of listeners: a listener's own options, else the {@code mqttTls*} keys, else for the files what the broker uses
 * for its own listeners.
 *
 * <p>Thread: the caller's; used once.
 */
final class TlsReader {
    private static final String CERTIFICATE_FILE = "certificateFile";
    private static final String KEY_FILE = "keyFile";
    private static final String TRUST_FILE = "trustFile";
    private static final String CLIENT_AUTH = "clientAuth";
    /** What a listener may say for itself. */
    static final Set<String> OPTIONS = Set.of(CERTIFICATE_FILE, KEY_FILE, TRUST_FILE, CLIENT_AUTH);

    private static final String BROKER_CERTIFICATE_FILE = "tlsCertificateFilePath";
    private static final String BROKER_KEY_FILE = "tlsKeyFilePath";
    private static final String BROKER_TRUST_FILE = "tlsTrustCertsFilePath";
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");

    private final Properties properties;
    private final ClientAuth clientAuth;
    private final TlsSettings.Provider provider;
    private final List<String> protocols;

    /** @param problems takes what is wrong with the keys */
    TlsReader(Properties properties, Consumer<String> problems) {
        this.properties = properties;
        this.clientAuth = choice(ConfigurationKey.TLS_CLIENT_AUTH, ClientAuth.class, problems);
        this.provider = choice(ConfigurationKey.TLS_PROVIDER, TlsSettings.Provider.class, problems);
        this.protocols = list(ConfigurationKey.TLS_PROTOCOLS);
        if (!PROTOCOLS.containsAll(protocols)) {
            problems.accept(ConfigurationKey.TLS_PROTOCOLS.key() + "=" + String.join(",", protocols)
                    + ": TLSv1.2, TLSv1.3 or both are needed");
        }
    }

    private <T extends Enum<T>> T choice(ConfigurationKey key, Class<T> type, Consumer<String> problems) {
        String written = text(key).orElse(key.defaultValue());
        Optional<T> chosen = choice(written, type);
        if (chosen.isEmpty()) {
            problems.accept(key.key() + "=" + written + ": " + choices(type) + " is needed");
        }
        return chosen.orElse(type.getEnumConstants()[0]);
    }

    private static <T extends Enum<T>> Optional<T> choice(String written, Class<T> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(one -> label(one).equals(written))
                .findFirst();
    }

    private static <T extends Enum<T>> String choices(Class<T> type) {
        return Arrays.stream(type.getEnumConstants()).map(TlsReader::label).collect(Collectors.joining(", "));
    }

    private static String label(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads the TLS of one listener.
     *
     * @param problems takes what is wrong with it, in words that go on behind the listener's name
     */
    Optional<TlsSettings> read(Map<String, String> options, Consumer<String> problems) {
        Path certificate = file(
                options, CERTIFICATE_FILE, ConfigurationKey.TLS_CERTIFICATE_FILE, BROKER_CERTIFICATE_FILE, problems);
        Path key = file(options, KEY_FILE, ConfigurationKey.TLS_KEY_FILE, BROKER_KEY_FILE, problems);
        Path trust = file(options, TRUST_FILE, ConfigurationKey.TLS_TRUST_FILE, BROKER_TRUST_FILE, problems);
        ClientAuth asked = clientAuth(options, problems);
        if (asked != ClientAuth.NONE && trust == null) {
            problems.accept("asks for client certificates and trusts none: " + ConfigurationKey.TLS_TRUST_FILE.key()
                    + " is needed");
        }
        if (certificate == null || key == null) {
            problems.accept("needs a certificate and its key: " + ConfigurationKey.TLS_CERTIFICATE_FILE.key() + " and "
                    + ConfigurationKey.TLS_KEY_FILE.key());
            return Optional.empty();
        }
        return Optional.of(new TlsSettings(
                certificate,
                key,
                keyPassword(problems),
                asked == ClientAuth.NONE ? null : trust,
                asked,
                protocols,
                list(ConfigurationKey.TLS_CIPHERS),
                provider));
    }

    private @Nullable String keyPassword(Consumer<String> problems) {
        String password = new SettingValues(properties, problem -> problems.accept("has " + problem))
                .secret(ConfigurationKey.TLS_KEY_PASSWORD);
        return password.isEmpty() ? null : password;
    }

    private ClientAuth clientAuth(Map<String, String> options, Consumer<String> problems) {
        String written = options.get(CLIENT_AUTH);
        if (written == null) {
            return clientAuth;
        }
        Optional<ClientAuth> chosen = choice(written, ClientAuth.class);
        if (chosen.isEmpty()) {
            problems.accept("has " + CLIENT_AUTH + "=" + written + ": " + choices(ClientAuth.class) + " is needed");
        }
        return chosen.orElse(ClientAuth.NONE);
    }

    private @Nullable Path file(
            Map<String, String> options,
            String option,
            ConfigurationKey key,
            String brokerKey,
            Consumer<String> problems) {
        String written = options.get(option);
        if (written == null) {
            written = text(key).or(() -> text(brokerKey)).orElse(null);
        }
        if (written == null) {
            return null;
        }
        try {
            Path file = Path.of(written);
            if (Files.isReadable(file) && !Files.isDirectory(file)) {
                return file;
            }
        } catch (InvalidPathException e) {
            // Told below, like a file that is not there.
        }
        problems.accept("needs the file " + written + ", which cannot be read");
        return null;
    }

    private List<String> list(ConfigurationKey key) {
        return Arrays.stream(text(key).orElse(key.defaultValue()).split(",", -1))
                .map(String::trim)
                .filter(one -> !one.isEmpty())
                .toList();
    }

    private Optional<String> text(ConfigurationKey key) {
        return text(key.key());
    }

    private Optional<String> text(String key) {
        return Optional.ofNullable(properties.getProperty(key))
                .map(String::trim)
                .filter(value -> !value.isEmpty());
    }
}
