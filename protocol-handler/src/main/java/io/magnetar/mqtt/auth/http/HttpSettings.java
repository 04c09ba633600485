package io.magnetar.mqtt.auth.http;

import io.magnetar.mqtt.auth.ClaimTemplate;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP server is asked about a client.
 *
 * <p>Thread: immutable.
 *
 * @param address scheme, host, port and path
 * @param query the parameters of the URL, in their order
 * @param headers by their names
 * @param body what is sent with POST; null for GET
 */
public record HttpSettings(
        String address,
        List<Parameter> query,
        Map<String, ClaimTemplate> headers,
        @Nullable JsonTemplate body) {
    public HttpSettings {
        query = List.copyOf(query);
        headers = Map.copyOf(headers);
    }

    /** A parameter of the query; its name as it is written in a URL. */
    public record Parameter(String name, ClaimTemplate value) {}

    /** Whether the server is told something of the client. */
    boolean tells(Predicate<ClaimTemplate> part) {
        return query.stream().anyMatch(one -> part.test(one.value()))
                || headers.values().stream().anyMatch(part)
                || (body != null && body.tells(part));
    }

    /** Without the headers, which may hold secrets. */
    @Override
    public String toString() {
        return address;
    }
}
