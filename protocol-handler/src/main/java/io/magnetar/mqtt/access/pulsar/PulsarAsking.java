package io.magnetar.mqtt.access.pulsar;

import io.magnetar.mqtt.access.AccessRequest;
import io.magnetar.mqtt.access.Action;
import io.magnetar.mqtt.access.RememberedSource;
import io.magnetar.mqtt.access.Subject;
import io.magnetar.mqtt.access.Verdict;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.broker.authentication.AuthenticationDataSource;
import org.apache.pulsar.broker.authorization.AuthorizationService;
import org.apache.pulsar.common.naming.TopicName;
import org.apache.pulsar.common.policies.data.TopicOperation;
import org.jspecify.annotations.Nullable;

/**
 * Asks Pulsar's authorization about the role of a client.
 *
 * <pre>
 *   publish    may produce to every stream that keeps the topic, or to the Pulsar namespace &lt;tenant&gt;/mqtt where none does
 *   subscribe  may consume from &lt;tenant&gt;/mqtt
 *   read a stream  may consume from the stream
 * </pre>
 *
 * Pulsar only grants: a role without the permission has no word said about it, and neither has a client without a role.
 *
 * <p>Thread: any; providers, which may block, run on the executor.
 */
public final class PulsarAsking implements RememberedSource.Asking {
    private static final long ANSWER_MILLIS = 5_000;
    /** Stands for all topics that no stream keeps: permissions are asked of the namespace. */
    private static final String LIVE = "live";

    private static final AuthenticationDataSource NO_CREDENTIALS = new AuthenticationDataSource() {};

    private final PulsarService pulsar;
    private final StreamCatalog streams;
    private final Executor executor;

    public PulsarAsking(PulsarService pulsar, StreamCatalog streams, Executor executor) {
        this.pulsar = pulsar;
        this.streams = streams;
        this.executor = executor;
    }

    @Override
    public CompletableFuture<Verdict> ask(Subject client, AccessRequest request) {
        String role = client.role();
        if (role == null || !pulsar.getConfiguration().isAuthorizationEnabled()) {
            return CompletableFuture.completedFuture(Verdict.NONE);
        }
        AuthorizationService authorization = pulsar.getBrokerService().getAuthorizationService();
        Namespace namespace = client.publisher().namespace();
        return CompletableFuture.completedFuture(namespace)
                .thenComposeAsync(
                        in -> request.action() == Action.PUBLISH
                                ? mayProduce(authorization, role, in, request.topic())
                                : authorization.allowTopicOperationAsync(
                                        topic(in, request), TopicOperation.CONSUME, role, NO_CREDENTIALS),
                        executor)
                .orTimeout(ANSWER_MILLIS, TimeUnit.MILLISECONDS)
                .thenApply(may -> may ? Verdict.ALLOW : Verdict.NONE);
    }

    private CompletableFuture<Boolean> mayProduce(
            AuthorizationService authorization, String role, Namespace namespace, String topic) {
        List<StreamDefinition> keepers = streams.of(namespace).matching(topic);
        if (keepers.isEmpty()) {
            return authorization.allowTopicOperationAsync(
                    live(namespace), TopicOperation.PRODUCE, role, NO_CREDENTIALS);
        }
        CompletableFuture<Boolean> all = CompletableFuture.completedFuture(true);
        for (StreamDefinition keeper : keepers) {
            CompletableFuture<Boolean> one = authorization.allowTopicOperationAsync(
                    TopicName.get(keeper.pulsarTopic()), TopicOperation.PRODUCE, role, NO_CREDENTIALS);
            all = all.thenCombine(one, (before, may) -> before && may);
        }
        return all;
    }

    private static TopicName topic(Namespace namespace, AccessRequest request) {
        return request.stream().isEmpty()
                ? live(namespace)
                : TopicName.get("persistent", namespace.name(), StreamDefinition.STREAMS, request.stream());
    }

    private static TopicName live(Namespace namespace) {
        return TopicName.get("persistent", namespace.name(), "mqtt", LIVE);
    }

    /** The namespace whose permissions a path of the configuration metadata store holds, or null. */
    public static @Nullable Namespace namespaceOf(String path) {
        String root = "/admin/policies/";
        String rest = path.startsWith(root) ? path.substring(root.length()) : "";
        int slash = rest.indexOf('/');
        String tenant = slash < 0 ? rest : rest.substring(0, slash); // Its admins may do what others need a grant for.
        return Namespace.isLegal(tenant) ? new Namespace(tenant) : null;
    }
}
