package io.magnetar.mqtt.config;

import io.magnetar.mqtt.access.AccessSettings;
import io.magnetar.mqtt.access.RuleFile;
import io.magnetar.mqtt.counters.DecidedBy;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who decides what clients may do.
 *
 * <p>Thread: immutable.
 *
 * @param sources in the order in which they are asked
 * @param file null when it is no source
 * @param http null when it is no source
 * @param httpTimeoutMillis how long an answer of the server may take
 * @param maxRules how many built-in rules a namespace may have
 */
public record AuthorizationSettings(
        List<DecidedBy> sources,
        AccessSettings access,
        @Nullable RuleFile file,
        @Nullable URI http,
        long httpTimeoutMillis,
        int maxRules) {
    public AuthorizationSettings {
        sources = List.copyOf(sources);
    }
}
