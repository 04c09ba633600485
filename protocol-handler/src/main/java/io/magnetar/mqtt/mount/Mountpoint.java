package io.magnetar.mqtt.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.message.Message;
import io.magnetar.mqtt.codec.TopicNameSource;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.Packet;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.packet.Unsubscribe;
import io.magnetar.mqtt.share.SharedFilter;
import io.magnetar.stream.StreamSubscriptionSyntax;

/**
 * What all topics of a client begin with, and what it neither sees nor writes: the broker knows its topic {@code a} as
 * {@code fleetA/a}. Of shared subscriptions and of subscriptions to streams it is the filter in them that gets the prefix.
 *
 * <p>Thread: immutable.
 *
 * @param prefix ends with a slash, has no wildcard and does not begin with {@code $}
 */
public record Mountpoint(String prefix) {
    public Mountpoint {
        if (!prefix.endsWith("/") || prefix.startsWith("$") || prefix.contains("+") || prefix.contains("#")) {
            throw new IllegalArgumentException("no mountpoint: " + prefix);
        }
    }

    /** Names topics by what the client writes. */
    public TopicNameSource topicNames(TopicNameSource mounted) {
        return new MountedTopicNames(prefix.getBytes(UTF_8), mounted);
    }

    /** A filter as the broker knows it; what is no filter stays what it is, for it is to be refused as the client wrote it. */
    public String filter(String written) {
        int begin = SharedFilter.filterBegin(written);
        String topics = written.substring(begin);
        if (topics.isEmpty() || SharedFilter.isShared(topics)) {
            return written;
        }
        return written.substring(0, begin)
                + (StreamSubscriptionSyntax.isStream(topics)
                        ? StreamSubscriptionSyntax.below(prefix, topics)
                        : prefix + topics);
    }

    /** A packet of the client as the broker knows it; PUBLISH has come through {@link #topicNames}. */
    public Packet of(Packet packet) {
        if (packet instanceof Subscribe subscribe) {
            return new Subscribe(
                    subscribe.packetId(),
                    subscribe.subscriptionId(),
                    subscribe.requests().stream().map(this::of).toList());
        }
        if (packet instanceof Unsubscribe unsubscribe) {
            return new Unsubscribe(
                    unsubscribe.packetId(),
                    unsubscribe.filters().stream().map(this::filter).toList());
        }
        return packet;
    }

    private Subscribe.Request of(Subscribe.Request request) {
        return new Subscribe.Request(
                filter(request.filter()),
                request.qos(),
                request.noLocal(),
                request.retainAsPublished(),
                request.retainHandling(),
                request.stream());
    }

    /** A will as the broker knows it. */
    public Connect.Will of(Connect.Will will) {
        return new Connect.Will(
                prefix + will.topic(),
                will.payload(),
                will.qos(),
                will.retain(),
                will.delaySeconds(),
                will.expirySeconds(),
                will.properties());
    }

    /** A message as the client knows it. */
    public Message unmount(Message message) {
        return message.topic().startsWith(prefix)
                ? message.withTopic(message.topic().substring(prefix.length()))
                : message;
    }
}
