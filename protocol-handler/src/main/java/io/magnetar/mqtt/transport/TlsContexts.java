package io.magnetar.mqtt.transport;

import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.listener.TlsSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The TLS of all listeners; those with the same settings share it.
 *
 * <p>Thread: any takes contexts; {@link #refresh} belongs to one.
 */
public final class TlsContexts {
    private final Map<TlsSettings, TlsContext> contexts = new HashMap<>();

    /** @throws IllegalArgumentException when TLS cannot be as a listener asks; the message names all that is wrong, a line each */
    public TlsContexts(List<Listener> listeners) {
        List<String> problems = new ArrayList<>();
        for (Listener listener : listeners) {
            TlsSettings settings = listener.tls();
            if (settings != null && !contexts.containsKey(settings)) {
                try {
                    contexts.put(settings, new TlsContext(settings));
                } catch (IOException e) {
                    problems.add(listener.name() + ": " + e.getMessage());
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "TLS cannot be served as it is configured:\n  " + String.join("\n  ", problems));
        }
    }

    Optional<TlsContext> of(Listener listener) {
        return Optional.ofNullable(listener.tls()).map(contexts::get);
    }

    /** Reads all files again, and takes into use those that have changed. */
    public void refresh() {
        contexts.values().forEach(TlsContext::refresh);
    }
}
