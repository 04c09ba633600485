package io.magnetar.mqtt.access;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a topic of a rule may have of the client: {@code ${clientid}} and others. Stateless. */
final class Placeholder {
    private static final String USERNAME = "username";
    private static final Map<String, Function<Subject, @Nullable String>> VALUES = Map.of(
            "clientid",
            Subject::clientId,
            USERNAME,
            client -> client.username(false),
            "cert_cn",
            Subject::commonName,
            "cert_common_name",
            Subject::commonName,
            "namespace",
            client -> client.publisher().namespace().name(),
            "client_attrs.tns",
            client -> client.publisher().namespace().name(),
            "role",
            Subject::role);

    private static final List<String> SHOWN = List.of("clientid", "username", "cert_cn", "namespace", "role");

    private Placeholder() {}

    static boolean isName(String name) {
        return VALUES.containsKey(name);
    }

    /** For sentences. */
    static String names() {
        return SHOWN.stream().map(name -> "${" + name + "}").collect(Collectors.joining(", "));
    }

    /** @param grants whether the client gets anything by it */
    static @Nullable String value(String name, Subject client, boolean grants) {
        if (name.equals(USERNAME)) {
            return client.username(grants);
        }
        Function<Subject, @Nullable String> value = VALUES.get(name);
        return value == null ? null : value.apply(client);
    }
}
