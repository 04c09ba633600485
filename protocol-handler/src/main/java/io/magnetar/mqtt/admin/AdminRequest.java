package io.magnetar.mqtt.admin;

import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request as HTTP brought it.
 *
 * <p>Thread: immutable.
 *
 * @param method GET, PUT, ...
 * @param path decoded, a segment each
 * @param query decoded
 * @param headers by their names in lower case
 * @param from the other end of the connection
 * @param local it comes from this machine, and neither from a page in a browser nor through a proxy
 */
public record AdminRequest(
        String method,
        List<String> path,
        Map<String, List<String>> query,
        Map<String, String> headers,
        byte[] body,
        SocketAddress from,
        boolean local) {

    Optional<String> parameter(String name) {
        return query.getOrDefault(name, List.of()).stream().findFirst();
    }

    boolean isSet(String name) {
        return parameter(name).filter("true"::equals).isPresent();
    }
}
