package io.magnetar.mqtt.admin;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One thing that can be asked.
 *
 * <p>Thread: immutable.
 *
 * @param path segments; those in braces are variables
 */
record Route(String method, List<String> path, Handler handler) {
    /** Does what is asked. May throw or fail with a {@link RefusedRequest}. */
    interface Handler {
        CompletableFuture<AdminAnswer> handle(Call call);
    }

    static Route of(String method, String path, Handler handler) {
        return new Route(method, List.of(path.substring(1).split("/", -1)), handler);
    }

    /** What stands for the variables, when the path is one of this route. */
    Optional<Map<String, String>> match(List<String> asked) {
        if (asked.size() != path.size()) {
            return Optional.empty();
        }
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < asked.size(); i++) {
            String segment = path.get(i);
            if (segment.startsWith("{")) {
                variables.put(segment.substring(1, segment.length() - 1), asked.get(i));
            } else if (!segment.equals(asked.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(variables);
    }

    @Override
    public String toString() {
        return method + " /" + String.join("/", path);
    }
}
