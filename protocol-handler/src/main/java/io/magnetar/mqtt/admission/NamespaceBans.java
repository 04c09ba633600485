package io.magnetar.mqtt.admission;

import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.NamespaceProperties;
import io.magnetar.tenancy.NamespaceProperty;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is banned from single namespaces: a property of each, which all brokers follow.
 *
 * <p>Thread: any; a CONNECT reads a list that is parsed once.
 */
public final class NamespaceBans {
    public static final String PROPERTY = "mqtt.bans";
    public static final List<NamespaceProperty> KNOWN = List.of(new NamespaceProperty(
            PROPERTY, "a list of bans in JSON, as clients ban writes it", NamespaceBans::isRight));

    private final NamespaceProperties properties;
    private final InstantSource clock;
    private final Map<Namespace, Parsed> parsed = new ConcurrentHashMap<>();

    /** What the listener has seen. */
    private final Map<Namespace, List<Ban>> told = new ConcurrentHashMap<>();

    private record Parsed(String text, List<Ban> bans) {}

    public NamespaceBans(NamespaceProperties properties, InstantSource clock) {
        this.properties = properties;
        this.clock = clock;
    }

    private static boolean isRight(String text) {
        try {
            BanText.read(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Has the one listener told of a namespace whose bans have changed, on any thread. */
    public void onChange(Consumer<Namespace> listener) {
        properties.onChange(namespace -> {
            List<Ban> now = of(namespace);
            List<Ban> before = now.isEmpty() ? told.remove(namespace) : told.put(namespace, now);
            if (!now.isEmpty() && !now.equals(before)) {
                listener.accept(namespace);
            }
        });
    }

    /** Those of a namespace that is open, also those that have ended. */
    private List<Ban> of(Namespace namespace) {
        String text = properties.of(namespace).get(PROPERTY);
        if (text == null) {
            parsed.remove(namespace);
            return List.of();
        }
        Parsed known = parsed.get(namespace);
        if (known == null || !known.text().equals(text)) {
            known = new Parsed(text, BanText.read(text));
            parsed.put(namespace, known);
        }
        return known.bans();
    }

    public boolean isBanned(Namespace namespace, String clientId, @Nullable String username, InetAddress address) {
        List<Ban> bans = of(namespace);
        if (bans.isEmpty()) {
            return false;
        }
        long now = clock.millis();
        return bans.stream().anyMatch(ban -> !ban.hasEnded(now) && ban.isFor(clientId, username, address));
    }
}
