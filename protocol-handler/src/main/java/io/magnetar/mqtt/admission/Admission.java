package io.magnetar.mqtt.admission;

import io.magnetar.mqtt.access.AddressRange;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.quota.NamespaceQuota;
import io.magnetar.mqtt.quota.Quotas;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.NamespaceProperties;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a client may come in: not when it is banned, not when it comes and goes too often, not when the broker serves
 * as many as it may.
 *
 * <p>Thread: any.
 */
public final class Admission {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final int SPARE_CONNECTIONS = 1_024;

    private final AdmissionSettings settings;
    private final Quotas quotas;
    private final LongSupplier nanoTime;
    private final Flapping flapping;
    private final NamespaceBans bans;
    private final AtomicInteger clients = new AtomicInteger();

    /** Nobody is banned from single namespaces. */
    public Admission(AdmissionSettings settings, Quotas quotas, LongSupplier nanoTime) {
        this(settings, quotas, nanoTime, new NamespaceBans(NamespaceProperties.NONE, InstantSource.system()));
    }

    /**
     * @param quotas what namespaces may use
     * @param nanoTime the time that rises
     */
    public Admission(AdmissionSettings settings, Quotas quotas, LongSupplier nanoTime, NamespaceBans bans) {
        this.bans = bans;
        this.settings = settings;
        this.quotas = quotas;
        this.nanoTime = nanoTime;
        this.flapping = new Flapping(settings.windowSeconds(), settings.banSeconds());
    }

    /**
     * Looks at a client that connects, before it is known to be who it says it is.
     *
     * @throws PacketException with the code of the CONNACK that refuses it
     */
    public void check(String clientId, @Nullable String username, InetAddress address) throws PacketException {
        if (isBannedByOperator(clientId, username, address)) {
            throw banned("banned");
        }
        if (settings.maxConnectsOfAddress() > 0) {
            check(new Offender.Address(AddressRange.ofOwner(address)), settings.maxConnectsOfAddress());
        }
    }

    /**
     * Looks at a client that has proved who it is: nobody can have another's client identifier banned, or use up the connects of a
     * namespace that is not its own.
     *
     * @throws PacketException with the code of the CONNACK that refuses it
     */
    public void checkClient(Namespace namespace, String clientId) throws PacketException {
        if (settings.maxConnects() > 0) {
            check(new Offender.Client(namespace, clientId), settings.maxConnects());
        }
        NamespaceQuota quota = quotas.of(namespace);
        if (!quota.connects(nanoTime.getAsLong())) {
            throw new PacketException(
                    ReasonCode.CONNECTION_RATE_EXCEEDED,
                    "the clients of the namespace connect "
                            + quota.limits().clients().connects().perSecond() + " times in a second at most");
        }
    }

    /**
     * Looks at a client that has proved who it is; once more when it is among those that a new ban is told to.
     *
     * @param namespace its own, wherever its topics are
     * @param username the one that it has, which may be another one than it has sent
     * @throws PacketException with the code of the CONNACK that refuses it
     */
    public void checkBans(Namespace namespace, String clientId, @Nullable String username, InetAddress address)
            throws PacketException {
        boolean isBanned = username != null && settings.banned().usernames().contains(username);
        if (isBanned || bans.isBanned(namespace, clientId, username, address)) {
            throw banned("banned");
        }
    }

    private boolean isBannedByOperator(String clientId, @Nullable String username, InetAddress address) {
        AdmissionSettings.Banned banned = settings.banned();
        return banned.clientIds().contains(clientId)
                || (username != null && banned.usernames().contains(username))
                || banned.addresses().stream().anyMatch(range -> range.contains(address));
    }

    private void check(Offender offender, int most) throws PacketException {
        long now = nanoTime.getAsLong();
        if (flapping.isBanned(offender, now)) {
            throw banned("banned for a while: it connected too often");
        }
        if (!flapping.connects(offender, most, now)) {
            LOG.info(
                    "Banned for {} s: {} has connected more than {} times in {} s",
                    settings.banSeconds(),
                    offender,
                    most,
                    settings.windowSeconds());
            throw banned("banned for a while: it connected too often");
        }
    }

    private static PacketException banned(String reason) {
        return new PacketException(ReasonCode.BANNED, "this client is " + reason);
    }

    /**
     * Lets a client in; {@link #leave} follows.
     *
     * @return what its namespace may use, and has used
     * @throws PacketException when the broker serves as many as it may, or has as many of the namespace as may be, or the client
     *     leaves a will that is too large
     */
    public NamespaceQuota enter(Namespace namespace, Connect.@Nullable Will will) throws PacketException {
        NamespaceQuota quota = quotas.of(namespace);
        if (will != null && !quota.takesPayload(will.payload().length)) {
            throw new PacketException(
                    ReasonCode.QUOTA_EXCEEDED,
                    "the will's payload: it has at most " + quota.limits().maxPayloadBytes()
                            + " bytes in the namespace");
        }
        if (clients.incrementAndGet() > settings.maxConnections()) {
            clients.decrementAndGet();
            throw new PacketException(
                    ReasonCode.QUOTA_EXCEEDED, "the broker serves at most " + settings.maxConnections() + " clients");
        }
        String full = quota.enter();
        if (full != null) {
            clients.decrementAndGet();
            throw new PacketException(ReasonCode.QUOTA_EXCEEDED, full);
        }
        return quota;
    }

    /** @param quota what {@link #enter} has returned */
    public void leave(NamespaceQuota quota) {
        clients.decrementAndGet();
        quota.leave();
    }

    /**
     * Tells whether a connection may be opened, by how many there are: more than clients, so that those who come when the broker
     * is full are told so, but not many more.
     */
    public boolean hasRoom(int connections) {
        return connections < (long) settings.maxConnections() + SPARE_CONNECTIONS;
    }

    /** What an operator is shown. */
    public Map<String, Object> describe() {
        Map<String, Object> description = new TreeMap<>();
        description.put("clients", clients.get());
        description.put("bans", settings.banned().size() + flapping.bans(nanoTime.getAsLong()));
        return description;
    }
}
