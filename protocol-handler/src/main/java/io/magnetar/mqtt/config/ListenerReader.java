package io.magnetar.mqtt.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.listener.Scheme;
import io.magnetar.mqtt.listener.TlsSettings;
import io.magnetar.mqtt.mount.MountpointTemplate;
import io.magnetar.tenancy.Namespace;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code mqttListeners}: addresses such as {@code wss://0.0.0.0:8084/mqtt?maxConnections=1000}, separated by commas.
 *
 * <p>Thread: the caller's; used once.
 */
final class ListenerReader {
    private static final String DEFAULT_PATH = "/mqtt";
    private static final String MAX_CONNECTIONS = "maxConnections";
    private static final String CONNECTION_RATE = "connectionRate";
    private static final String PROXY_PROTOCOL = "proxyProtocol";
    private static final String NAMESPACE = "namespace";
    private static final String AUTHENTICATION = "authentication";
    private static final String MOUNTPOINT = "mountpoint";
    private static final Set<String> OPTIONS =
            Set.of(MAX_CONNECTIONS, CONNECTION_RATE, PROXY_PROTOCOL, NAMESPACE, AUTHENTICATION, MOUNTPOINT);

    private final TlsReader tls;
    private final Consumer<String> problems;

    ListenerReader(TlsReader tls, Consumer<String> problems) {
        this.tls = tls;
        this.problems = problems;
    }

    List<Listener> read(String written) {
        List<Listener> listeners = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String one : written.split(",", -1)) {
            new One(one.trim()).read().ifPresent(listener -> {
                listeners.add(listener);
                InetSocketAddress address = listener.address();
                if (address.getPort() != 0 && !names.add(address.getHostString() + ":" + address.getPort())) {
                    problems.accept(
                            ConfigurationKey.LISTENERS.key() + ": '" + one.trim() + "' has the address of another");
                }
            });
        }
        return List.copyOf(listeners);
    }

    /** One listener, while it is read. */
    private final class One {
        private final String written;
        private boolean wrong;

        One(String written) {
            this.written = written;
        }

        private void problem(String what) {
            wrong = true;
            problems.accept(ConfigurationKey.LISTENERS.key() + ": '" + written + "' " + what);
        }

        Optional<Listener> read() {
            URI uri;
            try {
                uri = new URI(written.replace("{", "%7B").replace("}", "%7D")); // Of placeholders.
            } catch (URISyntaxException e) {
                return noListener();
            }
            Optional<Scheme> scheme = Optional.ofNullable(uri.getScheme()).flatMap(Scheme::named);
            boolean placed = uri.getHost() != null && uri.getPort() >= 0 && uri.getPort() <= 65_535;
            if (scheme.isEmpty() || !placed || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
                return noListener();
            }
            Listener listener = listener(scheme.get(), uri);
            return wrong ? Optional.empty() : Optional.of(listener);
        }

        private Optional<Listener> noListener() {
            problem("is no listener, one is <mqtt, mqtts, ws or wss>://<address>:<port>");
            return Optional.empty();
        }

        private Listener listener(Scheme scheme, URI uri) {
            InetSocketAddress address = new InetSocketAddress(uri.getHost(), uri.getPort());
            if (address.isUnresolved()) {
                problem("has an address that is not known");
            }
            Map<String, String> options = options(uri.getRawQuery());
            options.keySet().stream()
                    .filter(option ->
                            !OPTIONS.contains(option) && !(scheme.isTls() && TlsReader.OPTIONS.contains(option)))
                    .sorted()
                    .forEach(option -> problem("has no option " + option));
            return new Listener(
                    scheme,
                    address,
                    path(scheme, uri.getRawPath()),
                    number(options, MAX_CONNECTIONS),
                    number(options, CONNECTION_RATE),
                    proxied(options),
                    scheme.isTls() ? settings(options) : null,
                    namespace(options),
                    authentication(options),
                    mountpoint(options));
        }

        private @Nullable List<String> authentication(Map<String, String> options) {
            String chain = options.get(AUTHENTICATION);
            return chain == null
                    ? null
                    : AuthenticationReader.chain(
                            chain, '+', what -> problem("has " + AUTHENTICATION + "=" + chain + ": " + what));
        }

        private @Nullable String mountpoint(Map<String, String> options) {
            String written = options.get(MOUNTPOINT);
            if (written != null) {
                MountpointTemplate.problem(written)
                        .ifPresent(why -> problem("has " + MOUNTPOINT + "=" + written + ": " + why));
            }
            return written;
        }

        private @Nullable String namespace(Map<String, String> options) {
            String name = options.get(NAMESPACE);
            if (name != null) {
                Namespace.problem(name).ifPresent(why -> problem("has " + NAMESPACE + "=" + name + ": " + why));
            }
            return name;
        }

        private @Nullable TlsSettings settings(Map<String, String> options) {
            return tls.read(options, this::problem).orElse(null);
        }

        private String path(Scheme scheme, String path) {
            if (!scheme.isWebSocket()) {
                if (!path.isEmpty()) {
                    problem("has no path, only WebSockets have one");
                }
                return "";
            }
            return path.isEmpty() ? DEFAULT_PATH : path;
        }

        private Map<String, String> options(@Nullable String query) {
            Map<String, String> options = new HashMap<>();
            if (query == null) {
                return options;
            }
            for (String option : query.split("&", -1)) {
                int equals = option.indexOf('=');
                if (equals <= 0) {
                    problem("has '" + option + "' where <option>=<value> is needed");
                } else if (options.put(option.substring(0, equals), decoded(option.substring(equals + 1))) != null) {
                    problem("has the option " + option.substring(0, equals) + " twice");
                }
            }
            return options;
        }

        /** A plus is a plus: what is read is a file's name, not a form. */
        private static String decoded(String value) {
            return URLDecoder.decode(value.replace("+", "%2B"), UTF_8);
        }

        private int number(Map<String, String> options, String option) {
            String value = options.get(option);
            if (value == null) {
                return Listener.UNLIMITED;
            }
            try {
                int number = Integer.parseInt(value);
                if (number > 0) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Told below, like a number out of range.
            }
            problem("has " + option + "=" + value + ": a whole number from 1 is needed");
            return Listener.UNLIMITED;
        }

        private boolean proxied(Map<String, String> options) {
            String value = options.getOrDefault(PROXY_PROTOCOL, "off");
            if (!value.equals("off") && !value.equals("required")) {
                problem("has " + PROXY_PROTOCOL + "=" + value + ": off or required is needed");
            }
            return value.equals("required");
        }
    }
}
