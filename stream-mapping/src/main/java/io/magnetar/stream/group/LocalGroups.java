package io.magnetar.stream.group;

import io.magnetar.stream.StreamGroup;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the members of each group at this broker have, by partition, as long as a group has members here.
 *
 * <p>Thread: any.
 */
final class LocalGroups {
    private record Key(String pulsarTopic, int partitions, String subscription) {
        static Key of(StreamGroup group) {
            return new Key(group.stream().pulsarTopic(), group.stream().partitions(), group.subscription());
        }
    }

    private static final class Local {
        final List<TakenMessages> partitions;
        int members;

        Local(int partitions) {
            this.partitions =
                    Stream.generate(TakenMessages::new).limit(partitions).toList();
        }
    }

    private final Map<Key, Local> groups = new HashMap<>();

    /** One more member; {@link #left} ends it. */
    synchronized List<TakenMessages> joined(StreamGroup group) {
        Local local = groups.computeIfAbsent(
                Key.of(group), ignored -> new Local(group.stream().partitions()));
        local.members++;
        return local.partitions;
    }

    /** One member less. */
    synchronized void left(StreamGroup group) {
        groups.computeIfPresent(Key.of(group), (key, local) -> --local.members == 0 ? null : local);
    }
}
