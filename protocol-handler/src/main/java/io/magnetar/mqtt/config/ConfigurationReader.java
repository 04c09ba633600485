package io.magnetar.mqtt.config;

import io.magnetar.mqtt.admission.AdmissionSettings;
import io.magnetar.mqtt.connect.ConnectSettings;
import io.magnetar.mqtt.flow.SessionLimits;
import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.quota.ClientLimits;
import io.magnetar.mqtt.quota.NamespaceLimits;
import io.magnetar.mqtt.quota.Rate;
import io.magnetar.mqtt.quota.Rates;
import io.magnetar.mqtt.retain.RetainLimits;
import io.magnetar.mqtt.share.SharedStrategies;
import io.magnetar.mqtt.share.SharedStrategy;
import io.magnetar.mqtt.users.UserSettings;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code mqtt*} keys of a broker's configuration and finds all that is wrong with them at once.
 *
 * <p>Thread: the caller's; used once.
 */
public final class ConfigurationReader {
    private static final String PREFIX = "mqtt";
    /** What a message needs in a log beside its payload: topic, properties, framing. */
    private static final int LOG_OVERHEAD_BYTES = 16 * 1024;

    private static final Pattern BROKER_NAME = Pattern.compile("[A-Za-z0-9.:_-]{1,200}");

    private final Properties properties;
    private final List<String> problems = new ArrayList<>();

    private ConfigurationReader(Properties properties) {
        this.properties = properties;
    }

    /**
     * @param properties all keys of the broker's configuration file; those that do not begin with {@code mqtt} are not looked at
     * @param maxMessageSize the largest message that the broker takes, in bytes
     * @throws MqttConfiguration.InvalidException when anything is wrong
     */
    public static MqttConfiguration read(Properties properties, int maxMessageSize) {
        return new ConfigurationReader(properties).read(maxMessageSize);
    }

    private MqttConfiguration read(int maxMessageSize) {
        refuseUnknownKeys();
        int ioThreads = number(ConfigurationKey.IO_THREADS);
        List<Listener> listeners = new ListenerReader(new TlsReader(properties, problems::add), problems::add)
                .read(text(ConfigurationKey.LISTENERS));
        MqttConfiguration configuration = new MqttConfiguration(
                brokerName(),
                listeners,
                number(ConfigurationKey.TLS_REFRESH_SECONDS),
                admission(),
                number(ConfigurationKey.KEEP_ALIVE_PERCENT),
                new InetSocketAddress(text(ConfigurationKey.HTTP_ADDRESS), number(ConfigurationKey.HTTP_PORT)),
                traceDirectory(),
                ioThreads == 0 ? Runtime.getRuntime().availableProcessors() : ioThreads,
                number(ConfigurationKey.CONNECT_TIMEOUT_MILLIS),
                new AuthenticationReader(this::text, this::number, problems::add).read(),
                new UserSettings(
                        number(AuthenticationKey.PASSWORD_ITERATIONS),
                        number(AuthenticationKey.MAX_USERS),
                        flag(AuthenticationKey.GLOBAL_USERS),
                        flag(AuthenticationKey.END_CHANGED_USERS)),
                new SourceReader(properties, problems::add).read(),
                connect(maxMessageSize),
                number(ConfigurationKey.OUTBOUND_BUFFER_BYTES),
                limits(),
                sharedStrategies(),
                number(ConfigurationKey.APPEND_TIMEOUT_MILLIS),
                flag(ConfigurationKey.RETAIN_AVAILABLE),
                number(ConfigurationKey.SYS_INTERVAL_SECONDS),
                number(ConfigurationKey.MAX_STREAM_READERS),
                number(ConfigurationKey.MAX_STREAM_METRICS),
                number(ConfigurationKey.MAX_NAMESPACE_METRICS),
                longNumber(ConfigurationKey.MAX_REPLAY_INDEX_BYTES),
                new NamespaceReader(this::text, problems::add)
                        .read(
                                flag(ConfigurationKey.REQUIRE_NAMESPACE),
                                flag(ConfigurationKey.NAMESPACE_AS_MOUNTPOINT),
                                flag(ConfigurationKey.NAMESPACE_AUTO_CREATION),
                                number(ConfigurationKey.MAX_NAMESPACES),
                                listeners),
                namespaceLimits(),
                new AuthorizationReader(this::text, problems::add)
                        .read(
                                number(ConfigurationKey.AUTHORIZATION_CACHE_SECONDS),
                                number(ConfigurationKey.AUTHORIZATION_HTTP_TIMEOUT_MILLIS),
                                number(ConfigurationKey.MAX_RULES)),
                streams(),
                number(ConfigurationKey.STREAM_RETENTION_MINUTES),
                new QueueSettings(
                        number(ConfigurationKey.MAX_DURABLE_SESSIONS),
                        number(ConfigurationKey.MAX_DURABLE_GROUPS),
                        number(ConfigurationKey.MESSAGE_RETENTION_MINUTES),
                        number(ConfigurationKey.MESSAGE_PARTITIONS),
                        number(ConfigurationKey.MAX_QUEUE_READERS)));
        if (!problems.isEmpty()) {
            throw new MqttConfiguration.InvalidException(problems);
        }
        return configuration;
    }

    private String brokerName() {
        String name = text(ConfigurationKey.BROKER_NAME);
        if (!name.isEmpty() && !BROKER_NAME.matcher(name).matches()) {
            problems.add(ConfigurationKey.BROKER_NAME.key() + "=" + name
                    + ": up to 200 letters, digits and .:_- are needed");
        }
        return name;
    }

    private @Nullable Path traceDirectory() {
        String name = text(ConfigurationKey.TRACE_DIRECTORY);
        if (name.isEmpty()) {
            return null;
        }
        Path directory = Path.of(name);
        if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            problems.add(ConfigurationKey.TRACE_DIRECTORY.key() + "=" + name + ": no directory that can be written to");
        }
        return directory;
    }

    private AdmissionSettings admission() {
        int maxConnections = number(ConfigurationKey.MAX_CONNECTIONS);
        return new AdmissionSettings(
                maxConnections == 0 ? Integer.MAX_VALUE : maxConnections,
                number(ConfigurationKey.FLAPPING_MAX_CONNECTS),
                number(ConfigurationKey.FLAPPING_MAX_CONNECTS_PER_ADDRESS),
                number(ConfigurationKey.FLAPPING_WINDOW_SECONDS),
                number(ConfigurationKey.FLAPPING_BAN_SECONDS),
                new BannedReader(problems::add).read(text(ConfigurationKey.BANNED)));
    }

    private NamespaceLimits namespaceLimits() {
        Rates in = new Rates(
                Rate.of(number(ConfigurationKey.MAX_MESSAGE_RATE)), Rate.of(number(ConfigurationKey.MAX_BYTE_RATE)));
        return new NamespaceLimits(
                new NamespaceLimits.Clients(
                        number(ConfigurationKey.MAX_CONNECTIONS_PER_NAMESPACE),
                        number(ConfigurationKey.MAX_DURABLE_SESSIONS_PER_NAMESPACE),
                        0,
                        Rate.UNLIMITED),
                Rates.UNLIMITED,
                Rates.UNLIMITED,
                new ClientLimits(in, Rates.UNLIMITED, number(ConfigurationKey.MAX_SUBSCRIPTIONS)),
                retainLimits(),
                new NamespaceLimits.Streams(number(ConfigurationKey.MAX_STREAMS), 0),
                0);
    }

    private void refuseUnknownKeys() {
        for (String key : new TreeSet<>(properties.stringPropertyNames())) {
            if (key.startsWith(PREFIX) && Setting.named(key).isEmpty()) {
                problems.add(key + ": there is no such key");
            }
        }
    }

    private String text(Setting key) {
        String value = properties.getProperty(key.key());
        return value == null || value.isBlank() ? key.defaultValue() : value.trim();
    }

    private int number(Setting key) {
        return (int) longNumber(key);
    }

    private long longNumber(Setting key) {
        String value = text(key);
        try {
            long number = Long.parseLong(value);
            if (number >= key.min() && number <= key.max()) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number out of range.
        }
        problems.add(
                key.key() + "=" + value + ": a whole number from " + key.min() + " to " + key.max() + " is needed");
        return Long.parseLong(key.defaultValue());
    }

    private int maxPacketSize(int maxMessageSize) {
        int size = number(ConfigurationKey.MAX_PACKET_SIZE);
        if (size > maxMessageSize - LOG_OVERHEAD_BYTES) {
            problems.add(ConfigurationKey.MAX_PACKET_SIZE.key() + "=" + size
                    + ": a message must fit the broker's maxMessageSize=" + maxMessageSize + " with "
                    + LOG_OVERHEAD_BYTES + " bytes to spare");
        }
        return size;
    }

    private boolean flag(Setting key) {
        String value = text(key);
        if (!value.equals("true") && !value.equals("false")) {
            problems.add(key.key() + "=" + value + ": true or false is needed");
        }
        return value.equals("true");
    }

    private ConnectSettings connect(int maxMessageSize) {
        return new ConnectSettings(
                number(ConfigurationKey.MAX_CLIENT_ID_LENGTH),
                maxPacketSize(maxMessageSize),
                number(ConfigurationKey.TOPIC_ALIAS_MAXIMUM),
                number(ConfigurationKey.MAX_KEEP_ALIVE_SECONDS),
                text(ConfigurationKey.RESPONSE_INFORMATION),
                new ConnectSettings.SessionExpiry(
                        longNumber(ConfigurationKey.MAX_SESSION_EXPIRY_SECONDS),
                        longNumber(ConfigurationKey.SESSION_EXPIRY_SECONDS)));
    }

    private SessionLimits limits() {
        return new SessionLimits(
                number(ConfigurationKey.RECEIVE_MAXIMUM),
                number(ConfigurationKey.MAX_INFLIGHT_MESSAGES),
                number(ConfigurationKey.MAX_QUEUED_MESSAGES),
                number(ConfigurationKey.MAX_QUEUED_BYTES),
                number(ConfigurationKey.MAX_SUBSCRIPTIONS),
                number(ConfigurationKey.MAX_TOPIC_LEVELS),
                longNumber(ConfigurationKey.MAX_PENDING_APPEND_BYTES),
                longNumber(ConfigurationKey.MAX_BROKER_PENDING_APPEND_BYTES),
                flag(ConfigurationKey.CHECK_PAYLOAD_FORMAT));
    }

    private RetainLimits retainLimits() {
        return new RetainLimits(
                number(ConfigurationKey.MAX_RETAINED_MESSAGES),
                longNumber(ConfigurationKey.MAX_RETAINED_BYTES),
                number(ConfigurationKey.MAX_RETAINED_PAYLOAD_BYTES));
    }

    private SharedStrategies sharedStrategies() {
        String value = text(ConfigurationKey.SHARED_SUBSCRIPTION_STRATEGY);
        return SharedStrategies.parse(value).orElseGet(() -> {
            problems.add(ConfigurationKey.SHARED_SUBSCRIPTION_STRATEGY.key() + "=" + value + ": one of "
                    + SharedStrategy.labels() + " is needed, and <group>=<strategy> behind commas");
            return new SharedStrategies(SharedStrategy.ROUND_ROBIN, Map.of());
        });
    }

    private StreamSettings streams() {
        StreamSettingsReader reader = new StreamSettingsReader(problems::add);
        return new StreamSettings(
                number(ConfigurationKey.MAX_STREAM_GROUPS),
                reader.creators(text(ConfigurationKey.STREAM_CREATORS)),
                reader.template(text(ConfigurationKey.STREAM_TEMPLATE)));
    }
}
