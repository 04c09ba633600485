package io.magnetar.mqtt.routing;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.stream.StreamDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All who want a topic, as they stood at one version of the routing table.
 *
 * <p>Thread: immutable; the arrays are never written to.
 */
public final class Match {
    /** Of a topic that nobody may want. */
    public static final Match NOBODY = new Match(
            -1, new OwnerTargets[0], new Groups(new SharedSubscription[0], new SharedSubscription[0]), List.of(), null);

    private final long version;
    private final OwnerTargets[] live;
    /** Without those who read it from the queue when it is published at QoS 1 or 2. */
    private final OwnerTargets[] liveAcknowledged;

    private final Groups shared;
    private final List<StreamDefinition> streams;
    private final List<StreamDefinition> logs;
    private final int formsWithoutId;
    private final int formsAsSubscribed;

    /** @param queue the queue, when a durable session is owed the topic, else null */
    Match(
            long version,
            OwnerTargets[] live,
            Groups shared,
            List<StreamDefinition> streams,
            @Nullable StreamDefinition queue) {
        this.version = version;
        this.live = live;
        this.liveAcknowledged = withoutReaders(live);
        this.shared = shared;
        this.streams = streams;
        this.logs = queue == null ? streams : and(streams, queue);
        int withoutId = 0;
        int asSubscribed = 0;
        for (OwnerTargets group : live) {
            for (Target target : group.targets) {
                withoutId |= target.form(false);
                asSubscribed |= target.form(true);
            }
        }
        for (SharedSubscription subscription : shared.all) {
            withoutId |= subscription.forms(false);
        }
        for (SharedSubscription subscription : shared.live) {
            asSubscribed |= subscription.forms(true);
        }
        this.formsWithoutId = withoutId;
        this.formsAsSubscribed = asSubscribed;
    }

    private static OwnerTargets[] withoutReaders(OwnerTargets[] all) {
        if (Arrays.stream(all).noneMatch(OwnerTargets::hasReaders)) {
            return all;
        }
        return Arrays.stream(all)
                .map(OwnerTargets::withoutReaders)
                .filter(group -> group.targets.length > 0)
                .toArray(OwnerTargets[]::new);
    }

    private static List<StreamDefinition> and(List<StreamDefinition> streams, StreamDefinition queue) {
        List<StreamDefinition> logs = new ArrayList<>(streams);
        logs.add(queue);
        return List.copyOf(logs);
    }

    long version() {
        return version;
    }

    /** The logs that keep a message of the QoS: the streams and, for what may be owed, the queue. */
    public List<StreamDefinition> logs(Qos qos) {
        return qos == Qos.AT_MOST_ONCE ? streams : logs;
    }

    /** How many live subscribers it has, a shared subscription counted as one. */
    int size() {
        int size = shared.all.length;
        for (OwnerTargets group : live) {
            size += group.targets.length;
        }
        return size;
    }

    /** Nobody wants the topic. */
    public boolean isEmpty() {
        return live.length == 0 && shared.all.length == 0 && logs.isEmpty();
    }

    /** Of a message that the queue has had for long: who reads the queue is owed it there, or was not meant to get it. */
    public Match afterQueue() {
        return new Match(this);
    }

    private Match(Match whole) {
        version = whole.version;
        live = Arrays.stream(whole.live)
                .map(OwnerTargets::withoutSessions)
                .filter(group -> group.targets.length > 0)
                .toArray(OwnerTargets[]::new);
        liveAcknowledged = live;
        shared = whole.shared;
        streams = whole.streams;
        logs = whole.logs;
        formsWithoutId = whole.formsWithoutId;
        formsAsSubscribed = whole.formsAsSubscribed;
    }

    /** Whether a log is the queue. */
    public boolean isQueue(StreamDefinition log) {
        return logs.size() > streams.size() && log.equals(logs.get(logs.size() - 1));
    }

    /**
     * Delivers a message to all live subscribers and to one member of each shared subscription: at once to those of the calling
     * thread, by one task per owner to the others.
     *
     * @return false when an owner is so far behind that the publisher should pause
     */
    public boolean deliver(SharedPublish publish) {
        if (!publish.message().properties().expires()) {
            publish.prepare(publish.message().qos() == Qos.AT_MOST_ONCE ? formsWithoutId : formsAsSubscribed);
        }
        boolean keepsUp = true;
        boolean atMostOnce = publish.message().qos() == Qos.AT_MOST_ONCE;
        for (OwnerTargets group : atMostOnce ? live : liveAcknowledged) {
            if (group.owner.isCurrentThread()) {
                group.deliver(publish);
            } else {
                group.owner.execute(() -> group.deliver(publish));
                keepsUp &= !group.owner.isCongested();
            }
        }
        for (SharedSubscription subscription : atMostOnce ? shared.all : shared.live) {
            keepsUp &= subscription.deliver(publish);
        }
        return keepsUp;
    }

    /**
     * The shared subscriptions.
     *
     * @param live those that take QoS 1 and 2 live, and not from the queue
     */
    record Groups(SharedSubscription[] all, SharedSubscription[] live) {}

    /** The targets that one thread owns. */
    record OwnerTargets(Owner owner, Target[] targets) {
        void deliver(SharedPublish publish) {
            for (Target target : targets) {
                target.subscriber().deliver(publish, target);
            }
        }

        boolean hasReaders() {
            return Arrays.stream(targets).anyMatch(OwnerTargets::readsQueue);
        }

        OwnerTargets withoutReaders() {
            return new OwnerTargets(
                    owner,
                    Arrays.stream(targets).filter(target -> !readsQueue(target)).toArray(Target[]::new));
        }

        OwnerTargets withoutSessions() {
            return new OwnerTargets(
                    owner,
                    Arrays.stream(targets)
                            .filter(target -> !target.subscriber().readsQueue())
                            .toArray(Target[]::new));
        }

        private static boolean readsQueue(Target target) {
            return target.isReadFromQueue() && !target.takesOwnLive();
        }
    }
}
