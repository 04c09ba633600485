package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.mqtt.AdminCalls.Answer;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.Authenticators;
import io.magnetar.mqtt.auth.Identity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Rules as an administrator sets them, and clients that have more than a name. Stateless. */
final class Rules {
    /** The namespace of a client is what its identifier has before the first hyphen. */
    static final String NAMESPACE_FROM = "client-id:/^([^-]+)-/";

    private Rules() {}

    /** Replaces the rules of all clients of a namespace. Quotes may be single ones. */
    static void ofAll(MqttBroker broker, String namespace, String... rules) throws Exception {
        put(broker, namespace, "all", rules);
    }

    /** @param owner {@code all}, {@code client/<id>}, {@code user/<name>} or {@code role/<name>} */
    static void put(MqttBroker broker, String namespace, String owner, String... rules) throws Exception {
        String body = "{\"rules\": [" + String.join(", ", rules).replace('\'', '"') + "]}";
        Answer answer = new AdminCalls(broker).ask("PUT", "namespaces/" + namespace + "/rules/" + owner, body, null);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    }

    static String allow(String action, String... topics) {
        return rule("allow", action, topics);
    }

    static String deny(String action, String... topics) {
        return rule("deny", action, topics);
    }

    private static String rule(String permission, String action, String... topics) {
        String of = topics.length == 0 ? "" : ", 'topics': ['" + String.join("', '", List.of(topics)) + "']";
        return "{'permission': '" + permission + "', 'action': '" + action + "'" + of + "}";
    }

    /** Lets everybody in under the name that it says, and knows more of those whose user names are keys. */
    static Authenticators knowing(Map<String, Identity> identities) {
        Authenticator plain = claim -> data -> CompletableFuture.completedFuture(new Authenticator.Success(
                null,
                Optional.ofNullable(claim.username())
                        .map(name ->
                                identities.getOrDefault(name, Identity.PLAIN).named(name))
                        .orElse(Identity.PLAIN)));
        return new Authenticators(plain, Map.of());
    }
}
