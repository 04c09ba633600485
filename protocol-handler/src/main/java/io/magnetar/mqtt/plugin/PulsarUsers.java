package io.magnetar.mqtt.plugin;

import io.magnetar.log.PulsarCompactedLog;
import io.magnetar.log.PulsarCompactedLogs;
import io.magnetar.mqtt.admin.NamespaceRegister;
import io.magnetar.mqtt.admin.NamespaceWrites;
import io.magnetar.mqtt.admin.ServedNamespaces;
import io.magnetar.mqtt.admin.UserRequests;
import io.magnetar.mqtt.auth.AuthenticationChains;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.config.MqttConfiguration;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.users.HashingThreads;
import io.magnetar.mqtt.users.NewUsers;
import io.magnetar.mqtt.users.ScramAuthenticator;
import io.magnetar.mqtt.users.ScramMechanism;
import io.magnetar.mqtt.users.Users;
import io.magnetar.mqtt.users.UsersSource;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.NamespacePurge;
import io.magnetar.tenancy.TenantProvisioner;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.metadata.api.MetadataStore;
import org.apache.pulsar.metadata.api.NotificationType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The users, in {@code persistent://mqtt/system/users}, where no tenant may read. Those of a tenant that is deleted are deleted with it,
 * so that one that is made anew under its name has none of them.
 *
 * <p>Thread: any.
 */
final class PulsarUsers {
    private static final Logger LOG = LoggerFactory.getLogger(PulsarUsers.class);
    private static final String SYSTEM = "system";
    private static final String USERS = "users";
    private static final String ROOT = "/admin/policies/";
    /** As metrics call it. */
    private static final String SCRAM = "scram";

    private final MqttConfiguration configuration;
    private final TenantProvisioner provisioner;
    private final MetadataStore store;
    private final Users users;
    private final HashingThreads threads;
    private final UsersSource source;

    PulsarUsers(
            MqttConfiguration configuration,
            PulsarCompactedLogs logs,
            TenantProvisioner provisioner,
            MetadataStore store,
            BrokerClock clock) {
        this.configuration = configuration;
        this.provisioner = provisioner;
        this.store = store;
        PulsarCompactedLog log = logs.open(
                "persistent://" + TenantProvisioner.OWN_TENANT + "/" + SYSTEM + "/" + USERS,
                PulsarCompactedLogs.NOT_PARTITIONED);
        this.users = new Users(log, clock, configuration.namespaces().defaultNamespace());
        this.threads = new HashingThreads(
                configuration.authentication().maxUnderWay(),
                configuration.authentication().timeoutMillis(),
                System::nanoTime);
        this.source = new UsersSource(users, configuration.users(), threads);
        store.registerListener(notification -> {
            String path = notification.getPath();
            if (notification.getType() == NotificationType.Deleted
                    && path.startsWith(ROOT)
                    && Namespace.isLegal(path.substring(ROOT.length()))) {
                deleteAll(new Namespace(path.substring(ROOT.length())));
            }
        });
    }

    /** Makes and reads the log, and forgets those whose tenants have gone meanwhile. May be tried again after a failure. */
    CompletableFuture<Void> start() {
        return provisioner
                .provisionCompactedLog(TenantProvisioner.OWN_TENANT, SYSTEM, USERS, PulsarCompactedLogs.NOT_PARTITIONED)
                .thenCompose(ignored -> users.load())
                .thenCompose(read -> GoneTenants.purge(store, users.namespaces(), purge()));
    }

    private void deleteAll(Namespace namespace) {
        int count = users.count(namespace);
        if (count > 0) {
            LOG.info("Deleting the {} users of namespace {}, which has been deleted", count, namespace);
            var unused = users.deleteAll(namespace).whenComplete((done, failure) -> {
                if (failure != null) {
                    LOG.warn(
                            "Users of the deleted namespace {} are left, until a broker starts: {}",
                            namespace,
                            failure.toString());
                }
            });
        }
    }

    UsersSource source() {
        return source;
    }

    /** What administrators ask of users. */
    UserRequests requests(NamespaceRegister register, ServedNamespaces served, NamespaceWrites writes) {
        return new UserRequests(users, new NewUsers(users, configuration.users(), threads), register, served, writes);
    }

    /** Deletes the users of a namespace that is being deleted. */
    NamespacePurge purge() {
        return new NamespacePurge() {
            @Override
            public String what() {
                return "users";
            }

            @Override
            public CompletableFuture<Void> purge(Namespace namespace) {
                return users.deleteAll(namespace);
            }
        };
    }

    /** The methods of enhanced authentication, by their names. */
    Map<String, Authenticator> methods(AuthenticationChains chains, Counters counters) {
        Map<String, Authenticator> methods = new TreeMap<>();
        for (ScramMechanism mechanism : ScramMechanism.values()) {
            methods.put(
                    mechanism.method(),
                    new ScramAuthenticator(
                            mechanism,
                            chains,
                            users,
                            source,
                            configuration.users().iterations(),
                            counters.source(SCRAM)));
        }
        return methods;
    }

    void close() {
        threads.close();
    }
}
