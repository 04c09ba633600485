package io.magnetar.mqtt.routing;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.stream.StreamDefinition;
import java.util.List;

/**
 * All who want a topic, as they stood at one version of the routing table.
 *
 * <p>Thread: immutable; the arrays are never written to.
 */
public final class Match {
    /** Of a topic that nobody may want. */
    public static final Match NOBODY = new Match(-1, new OwnerTargets[0], List.of());

    private final long version;
    private final OwnerTargets[] live;
    private final List<StreamDefinition> streams;
    private final int formsWithoutId;
    private final int formsAsSubscribed;

    Match(long version, OwnerTargets[] live, List<StreamDefinition> streams) {
        this.version = version;
        this.live = live;
        this.streams = streams;
        int withoutId = 0;
        int asSubscribed = 0;
        for (OwnerTargets group : live) {
            for (Target target : group.targets) {
                withoutId |= target.form(false);
                asSubscribed |= target.form(true);
            }
        }
        this.formsWithoutId = withoutId;
        this.formsAsSubscribed = asSubscribed;
    }

    long version() {
        return version;
    }

    public List<StreamDefinition> streams() {
        return streams;
    }

    /** How many live subscribers it has. */
    int size() {
        int size = 0;
        for (OwnerTargets group : live) {
            size += group.targets.length;
        }
        return size;
    }

    /** Nobody wants the topic. */
    public boolean isEmpty() {
        return live.length == 0 && streams.isEmpty();
    }

    /**
     * Delivers a message to all live subscribers: at once to those of the calling thread, by one task per owner to the others.
     *
     * @return false when an owner is so far behind that the publisher should pause
     */
    public boolean deliver(SharedPublish publish) {
        if (!publish.message().properties().expires()) {
            publish.prepare(publish.message().qos() == Qos.AT_MOST_ONCE ? formsWithoutId : formsAsSubscribed);
        }
        boolean keepsUp = true;
        for (OwnerTargets group : live) {
            if (group.owner.isCurrentThread()) {
                group.deliver(publish);
            } else {
                group.owner.execute(() -> group.deliver(publish));
                keepsUp &= !group.owner.isCongested();
            }
        }
        return keepsUp;
    }

    /** The targets that one thread owns. */
    record OwnerTargets(Owner owner, Target[] targets) {
        void deliver(SharedPublish publish) {
            for (Target target : targets) {
                target.subscriber().deliver(publish, target);
            }
        }
    }
}
