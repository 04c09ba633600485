package io.magnetar.mqtt.session;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.record.GroupRecord;
import io.magnetar.mqtt.record.LentRecord;
import io.magnetar.mqtt.record.RecordReader;
import io.magnetar.mqtt.record.SessionProgress.DeliveryRecord;
import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import io.magnetar.mqtt.record.SubscriptionRecord;
import io.magnetar.mqtt.routing.Routing;
import io.magnetar.mqtt.share.SharedFilter;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.stream.Position;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up the groups that durable sessions are members of when a broker starts: each from its record, but for what a session's
 * record says is the session's. A record of a group that no session is a member of is deleted.
 *
 * <p>Thread: any; used once for a start.
 */
final class GroupLoader {
    private static final Logger LOG = LoggerFactory.getLogger(GroupLoader.class);

    private final SharedGroups groups;
    private final Routing routing;
    private final Map<SessionKey, Set<String>> members = new HashMap<>();
    private final Map<SessionKey, List<LentRecord>> lent = new HashMap<>();

    GroupLoader(SharedGroups groups, Routing routing) {
        this.groups = groups;
        this.routing = routing;
    }

    /** Whether a subscription makes its group a kept one. */
    static boolean keepsGroup(SubscriptionRecord subscription) {
        return subscription.qos() != Qos.AT_MOST_ONCE && SharedFilter.isShared(subscription.filter());
    }

    /** Notes what a session says of groups. */
    void add(SessionLoader.Loaded session) {
        Namespace namespace = session.key().namespace();
        session.definition().subscriptions().stream()
                .filter(GroupLoader::keepsGroup)
                .forEach(subscription -> members.computeIfAbsent(
                                new SessionKey(namespace, subscription.filter()), ignored -> new HashSet<>())
                        .add(session.key().clientId()));
        session.progress()
                .lent()
                .forEach(message -> lent.computeIfAbsent(
                                new SessionKey(namespace, message.filter()), ignored -> new ArrayList<>())
                        .add(message));
    }

    /**
     * Takes them up.
     *
     * @param records by namespace and shared subscription as it is written
     */
    CompletableFuture<Void> restore(Map<SessionKey, byte[]> records) {
        records.keySet().stream()
                .filter(key -> !members.containsKey(key))
                .forEach(key -> groups.deleteRecord(key.namespace(), SharedFilter.parse(key.clientId())));
        return CompletableFuture.allOf(members.entrySet().stream()
                .map(entry -> restore(entry.getKey(), read(records.get(entry.getKey())), entry.getValue()))
                .toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> restore(SessionKey key, @Nullable GroupRecord recorded, Set<String> clientIds) {
        GroupRecord resumed = recorded == null ? null : without(recorded, lent.getOrDefault(key, List.of()));
        return groups.restore(
                routing.table(key.namespace()),
                SharedFilter.parse(key.clientId()),
                resumed,
                resumed != null && resumed.equals(recorded),
                clientIds);
    }

    private static @Nullable GroupRecord read(byte @Nullable [] record) {
        if (record == null) {
            return null;
        }
        try {
            return RecordReader.group(record);
        } catch (IllegalArgumentException e) {
            LOG.error("A group's record cannot be read, it begins anew: {}", e.getMessage());
            return null;
        }
    }

    /** The same with all done that sessions have. */
    static GroupRecord without(GroupRecord group, List<LentRecord> lent) {
        Map<Integer, PartitionProgress> partitions = new HashMap<>(group.partitions());
        for (LentRecord message : lent) {
            partitions.computeIfPresent(
                    message.partition(), (index, progress) -> without(progress, message.position()));
        }
        return new GroupRecord(group.leftMillis(), group.liveUntilMicros(), partitions);
    }

    private static PartitionProgress without(PartitionProgress progress, Position position) {
        TreeMap<Position, DeliveryRecord> deliveries = new TreeMap<>();
        progress.deliveries().forEach(delivery -> deliveries.put(delivery.position(), delivery));
        if (position.isAfter(progress.examined())) {
            deliveries.put(position, new DeliveryRecord(position, Qos.EXACTLY_ONCE, DeliveryRecord.DONE));
        } else {
            deliveries.remove(position);
        }
        return new PartitionProgress(progress.cursor(), progress.examined(), List.copyOf(deliveries.values()));
    }
}
