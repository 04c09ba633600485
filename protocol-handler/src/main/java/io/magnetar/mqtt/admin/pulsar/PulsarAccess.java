package io.magnetar.mqtt.admin.pulsar;

import io.magnetar.mqtt.admin.Access;
import io.magnetar.mqtt.admin.AdminRequest;
import io.magnetar.mqtt.admin.RefusedRequest;
import io.magnetar.mqtt.admin.Right;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.tenancy.Namespace;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.broker.authentication.AuthenticationDataSource;
import org.apache.pulsar.broker.authentication.AuthenticationProvider;
import org.apache.pulsar.broker.authentication.AuthenticationService;
import org.apache.pulsar.broker.authorization.AuthorizationService;
import org.apache.pulsar.common.naming.NamespaceName;
import org.apache.pulsar.common.naming.TopicName;
import org.apache.pulsar.common.policies.data.NamespaceOperation;
import org.apache.pulsar.common.policies.data.TenantOperation;
import org.apache.pulsar.common.policies.data.TopicOperation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Callers as Pulsar's own web service knows them, with the rights that they have there. A broker that does not authenticate
 * answers only programs on its own machine.
 *
 * <p>Thread: any; providers, which may block, run on the executor.
 */
public final class PulsarAccess implements Access {
    private static final Logger LOG = LoggerFactory.getLogger(PulsarAccess.class);
    private static final String METHOD = "x-pulsar-auth-method-name";
    private static final String ORIGINAL_PRINCIPAL = "x-original-principal";

    private final PulsarService pulsar;
    private final Executor executor;

    public PulsarAccess(PulsarService pulsar, Executor executor) {
        this.pulsar = pulsar;
        this.executor = executor;
    }

    @Override
    public CompletableFuture<Caller> caller(AdminRequest request) {
        if (!pulsar.getConfiguration().isAuthenticationEnabled()) {
            return request.local()
                    ? CompletableFuture.completedFuture(Neighbour.INSTANCE)
                    : CompletableFuture.failedFuture(new RefusedRequest(
                            RefusedRequest.FORBIDDEN,
                            "the broker does not authenticate (authenticationEnabled=false), so only programs on its own"
                                    + " machine may ask this"));
        }
        HttpCredentials credentials = new HttpCredentials(request);
        return CompletableFuture.completedFuture(request)
                .thenComposeAsync(asked -> role(asked, credentials), executor)
                .thenApply(role -> caller(request, role, credentials));
    }

    private CompletableFuture<String> role(AdminRequest request, HttpCredentials credentials) {
        AuthenticationService authentication = pulsar.getBrokerService().getAuthenticationService();
        String method = request.headers().get(METHOD);
        String written = request.headers().getOrDefault("authorization", "");
        if (method == null && written.isEmpty()) {
            return authentication
                    .getAnonymousUserRole()
                    .map(CompletableFuture::completedFuture)
                    .orElseGet(() ->
                            CompletableFuture.failedFuture(unknown("this broker authenticates, and the request has no"
                                    + " credentials: set authPlugin and authParams in client.conf")));
        }
        String named = method == null ? methodOf(written) : method;
        AuthenticationProvider provider = authentication.getAuthenticationProvider(named);
        if (provider == null) {
            return CompletableFuture.failedFuture(
                    unknown("this broker has no authentication provider for the method '" + named + "'"));
        }
        return provider.authenticateAsync(credentials).exceptionallyCompose(failure -> {
            LOG.debug("An admin request was not authenticated", failure);
            return CompletableFuture.failedFuture(unknown("the credentials are not valid (method '" + named + "')"));
        });
    }

    /** For requests that do not say: what the scheme of their credentials belongs to. */
    private static String methodOf(String authorization) {
        return authorization.toLowerCase(Locale.ROOT).startsWith("basic ") ? "basic" : "token";
    }

    private static RefusedRequest unknown(String reason) {
        return new RefusedRequest(RefusedRequest.UNAUTHORIZED, reason);
    }

    private Caller caller(AdminRequest request, String role, HttpCredentials credentials) {
        String original = request.headers().get(ORIGINAL_PRINCIPAL);
        AuthorizationService authorization = pulsar.getBrokerService().getAuthorizationService();
        if (!authorization.isValidOriginalPrincipal(role, original, credentials)) {
            throw unknown("the role '" + role + "' may not speak for '" + original + "'");
        }
        return new Role(authorization, pulsar.getConfiguration().isAuthorizationEnabled(), role, original, credentials);
    }

    /** Somebody on the machine of a broker that does not authenticate. */
    private enum Neighbour implements Caller {
        INSTANCE;

        @Override
        public CompletableFuture<Boolean> may(Right right, Namespace namespace, @Nullable String stream) {
            return CompletableFuture.completedFuture(true);
        }
    }

    /**
     * @param authorizes whether Pulsar asks what anybody may do
     * @param original whom a proxy speaks for, or null
     */
    private record Role(
            AuthorizationService authorization,
            boolean authorizes,
            String name,
            @Nullable String original,
            AuthenticationDataSource credentials)
            implements Caller {

        @Override
        public CompletableFuture<Boolean> may(Right right, Namespace namespace, @Nullable String stream) {
            return asked(right, namespace, stream).exceptionally(failure -> {
                LOG.debug("Pulsar's authorization failed for {}", name, failure);
                return false;
            });
        }

        private CompletableFuture<Boolean> asked(Right right, Namespace namespace, @Nullable String stream) {
            return switch (right) {
                case LIST_STREAMS -> ofNamespace(namespace, NamespaceOperation.GET_TOPICS);
                case CREATE_STREAM -> ofNamespace(namespace, NamespaceOperation.CREATE_TOPIC);
                case DELETE_STREAM -> ofNamespace(namespace, NamespaceOperation.DELETE_TOPIC);
                case READ_DEFINITION -> ofTopic(namespace, stream, TopicOperation.GET_METADATA);
                case READ_STATS -> ofTopic(namespace, stream, TopicOperation.GET_STATS);
                case READ_MESSAGES -> ofTopic(namespace, stream, TopicOperation.PEEK_MESSAGES);
                case READ_PLACES -> ofTopic(namespace, stream, TopicOperation.GET_SUBSCRIPTIONS);
                case MOVE_PLACE -> ofTopic(namespace, stream, TopicOperation.RESET_CURSOR);
                case ALTER_STREAM,
                        SEE_NAMESPACE,
                        SEE_CLIENTS,
                        RULE_CLIENTS,
                        SEE_RULES,
                        CHANGE_RULES,
                        SEE_USERS,
                        CHANGE_USERS -> ofTenant(namespace);
                case OPERATE -> ofInstance();
            };
        }

        /** Pulsar asks of whom a proxy speaks for, and of the proxy. */
        private CompletableFuture<Boolean> ofInstance() {
            if (!authorizes) {
                return CompletableFuture.completedFuture(true);
            }
            CompletableFuture<Boolean> own = authorization.isSuperUser(name, credentials);
            return original == null
                    ? own
                    : own.thenCombine(authorization.isSuperUser(original, credentials), Boolean::logicalAnd);
        }

        private CompletableFuture<Boolean> ofTenant(Namespace namespace) {
            return authorization.allowTenantOperationAsync(
                    namespace.name(), TenantOperation.LIST_NAMESPACES, original, name, credentials);
        }

        private CompletableFuture<Boolean> ofNamespace(Namespace namespace, NamespaceOperation operation) {
            return authorization.allowNamespaceOperationAsync(
                    NamespaceName.get(namespace.name(), StreamDefinition.STREAMS),
                    operation,
                    original,
                    name,
                    credentials);
        }

        private CompletableFuture<Boolean> ofTopic(
                Namespace namespace, @Nullable String stream, TopicOperation operation) {
            return authorization.allowTopicOperationAsync(
                    TopicName.get("persistent", namespace.name(), StreamDefinition.STREAMS, String.valueOf(stream)),
                    operation,
                    original,
                    name,
                    credentials);
        }
    }
}
