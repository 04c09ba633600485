package io.magnetar.mqtt.auth;

import io.magnetar.message.Publisher;
import io.magnetar.topic.TopicFilter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Those whose client identifier or user name matches a pattern, whatever the filter.
 *
 * <p>Thread: immutable.
 */
public record NamedStreamCreators(List<Pattern> clientIds, List<Pattern> usernames) implements StreamCreators {
    public NamedStreamCreators {
        clientIds = List.copyOf(clientIds);
        usernames = List.copyOf(usernames);
    }

    @Override
    public CompletableFuture<Boolean> mayCreate(Publisher client, TopicFilter filter) {
        return CompletableFuture.completedFuture(
                matches(clientIds, client.clientId()) || matches(usernames, client.username()));
    }

    private static boolean matches(List<Pattern> patterns, @Nullable String name) {
        return name != null
                && patterns.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }
}
