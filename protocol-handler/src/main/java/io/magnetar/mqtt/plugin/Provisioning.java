package io.magnetar.mqtt.plugin;

import io.magnetar.mqtt.admin.BanRequests;
import io.magnetar.mqtt.admin.ClientRequests;
import io.magnetar.mqtt.admin.DeletionRequests;
import io.magnetar.mqtt.admin.NamespaceRequests;
import io.magnetar.mqtt.admin.OperatorSettings;
import io.magnetar.mqtt.admin.Routes;
import io.magnetar.mqtt.admin.ServedNamespaces;
import io.magnetar.mqtt.admin.SettingRequests;
import io.magnetar.mqtt.admin.pulsar.PulsarNamespaces;
import io.magnetar.mqtt.admission.NamespaceBans;
import io.magnetar.mqtt.deletion.DeletionStep;
import io.magnetar.mqtt.deletion.NamespaceDeletions;
import io.magnetar.mqtt.mount.Mounts;
import io.magnetar.mqtt.session.DurableSessions;
import io.magnetar.mqtt.takeover.LiveSessions;
import io.magnetar.tenancy.DeletionMarks;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.NamespaceProperties;
import io.magnetar.tenancy.NamespacePurge;
import io.magnetar.tenancy.TenantProvisioner;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.broker.PulsarServerException;
import org.apache.pulsar.broker.PulsarService;

/**
 * Namespaces as they are made and deleted.
 *
 * <p>Thread: any.
 */
final class Provisioning {
    private static final long LOOK_MILLIS = 10_000;
    /** By then each broker has looked for marks, even where the word of the store was lost. */
    private static final long OTHERS_MILLIS = LOOK_MILLIS + 2_000;

    private static final long CLIENTS_MILLIS = 30_000;
    private static final long SESSIONS_MILLIS = 60_000;
    private static final long LOOK_AGAIN_MILLIS = 50;

    private final PulsarNamespaces register;
    private final DeletionMarks marks;
    private final ScheduledExecutorService timer;

    /** @throws PulsarServerException when the broker has no admin client for us */
    Provisioning(PulsarService pulsar, TenantProvisioner provisioner, ScheduledExecutorService timer)
            throws PulsarServerException {
        this.register = new PulsarNamespaces(pulsar, provisioner);
        this.marks = new DeletionMarks(pulsar.getConfigurationMetadataStore(), pulsar.getAdminClient());
        this.timer = timer;
    }

    PulsarNamespaces register() {
        return register;
    }

    DeletionMarks marks() {
        return marks;
    }

    /** @param purges forget what is kept of a namespace beside sessions and Pulsar topics */
    NamespaceDeletions deletions(
            String broker, LiveSessions liveSessions, DurableSessions sessions, List<NamespacePurge> purges) {
        List<DeletionStep> steps = new ArrayList<>();
        steps.add(new DeletionStep("clients", namespace -> noClients(namespace, liveSessions)));
        steps.add(new DeletionStep("clients of other brokers", namespace -> othersHaveLooked()));
        steps.add(new DeletionStep(
                "sessions", namespace -> sessions.purge(namespace).orTimeout(SESSIONS_MILLIS, TimeUnit.MILLISECONDS)));
        purges.forEach(purge -> steps.add(new DeletionStep(purge.what(), purge::purge)));
        for (String local : List.of("streams", "queue", "mqtt")) {
            steps.add(new DeletionStep(
                    "Pulsar namespace " + local, namespace -> register.deletePulsarNamespace(namespace.name(), local)));
        }
        steps.add(new DeletionStep(
                "settings",
                namespace -> register.deletePulsarNamespace(TenantProvisioner.OWN_TENANT, namespace.name())));
        return new NamespaceDeletions(
                broker, marks, steps, new DeletionStep("tenant", register::deleteTenant), InstantSource.system());
    }

    /** What can be asked about namespaces and their clients. */
    List<Routes> routes(
            ServedNamespaces served,
            NamespaceDeletions deletions,
            NamespaceProperties properties,
            DurableSessions sessions) {
        OperatorSettings settings = new OperatorSettings(register, OperatorProperties.known(), properties);
        return List.of(
                new NamespaceRequests(register, served, settings, deletions),
                new SettingRequests(register, served, settings, deletions),
                new DeletionRequests(register, served, deletions),
                new ClientRequests(served, sessions.recorded()),
                new BanRequests(register, served, deletions, InstantSource.system()));
    }

    /** The bans of single namespaces; who is banned while connected is disconnected. */
    static NamespaceBans bans(NamespaceProperties properties, LiveSessions liveSessions, Mounts mounts) {
        NamespaceBans bans = new NamespaceBans(properties, InstantSource.system());
        bans.onChange(namespace -> liveSessions.kickThose(
                mounts.sessionsOf(namespace),
                client -> client.namespace().equals(namespace)
                        && bans.isBanned(
                                namespace,
                                client.clientId(),
                                client.username(),
                                client.address().getAddress())));
        return bans;
    }

    private CompletableFuture<Void> noClients(Namespace namespace, LiveSessions liveSessions) {
        liveSessions.endAll(namespace);
        CompletableFuture<Void> none = new CompletableFuture<>();
        awaitNoClients(namespace, liveSessions, none);
        return none.orTimeout(CLIENTS_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void awaitNoClients(Namespace namespace, LiveSessions liveSessions, CompletableFuture<Void> none) {
        if (liveSessions.of(namespace).isEmpty()) {
            none.complete(null);
        } else if (!none.isDone()) {
            var unused = timer.schedule(
                    () -> awaitNoClients(namespace, liveSessions, none), LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private CompletableFuture<Void> othersHaveLooked() {
        return register.brokers().thenCompose(brokers -> {
            CompletableFuture<Void> looked = new CompletableFuture<>();
            var unused =
                    timer.schedule(() -> looked.complete(null), brokers > 1 ? OTHERS_MILLIS : 0, TimeUnit.MILLISECONDS);
            return looked;
        });
    }

    /** Begins to look for marks now and then, and goes on with the deletions that a broker of this name has begun. */
    void start(NamespaceDeletions deletions) {
        deletions.goOn();
        var unused = timer.scheduleWithFixedDelay(
                () -> {
                    marks.look();
                    deletions.goOn();
                },
                LOOK_MILLIS,
                LOOK_MILLIS,
                TimeUnit.MILLISECONDS);
    }
}
