package io.magnetar.it.distribution;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the members of a group got together: each message, in the order of its topic, and again only when the one who had it
 * before went, or the broker died, while it was on its way.
 *
 * <p>Thread: any.
 */
final class GroupAccount {
    /** An acknowledgement that a client has written so long before it or its broker ended may not be on the broker's disk. */
    private static final Duration ACKNOWLEDGING = Duration.ofSeconds(3);

    private final Map<String, Topic> topics;
    private final int messages;
    private int different;
    private int afterMembers;
    private int afterBrokers;
    private boolean brokerDied;
    private long diedNanos;
    private @Nullable AssertionError fault;

    /** How a membership ended. */
    enum End {
        MEMBER,
        BROKER
    }

    /** One member over one connection. Its state is the account's. */
    static final class Membership {
        private final String name;
        private final Map<String, Integer> last = new HashMap<>();
        private @Nullable End end;
        private long endedNanos;

        Membership(String name) {
            this.name = name;
        }
    }

    private record Holding(Membership by, long acknowledgedNanos) {
        static final long NOT = Long.MAX_VALUE;

        /** It was acknowledged so shortly before an end, or in vain after it, that the broker may not have it on the disk. */
        boolean isAcknowledgedAbout(long endNanos) {
            return acknowledgedNanos != NOT && Math.abs(acknowledgedNanos - endNanos) < ACKNOWLEDGING.toNanos();
        }

        boolean isLostWithItsMember() {
            return by.end != null && (acknowledgedNanos == NOT || isAcknowledgedAbout(by.endedNanos));
        }
    }

    private static final class Topic {
        final ResumingPublisher publisher;
        final TopicAccount account;
        final Holding[] holdings;

        Topic(ResumingPublisher publisher, int messages) {
            this.publisher = publisher;
            this.account = new TopicAccount(publisher.topic(), messages);
            this.holdings = new Holding[messages];
        }

        /** Whether its publisher sent it again: then the stream may have it twice. */
        boolean isSentAgain(int number) {
            return publisher.sends(number) > 1;
        }
    }

    /** @param each how many messages each publisher has */
    GroupAccount(List<ResumingPublisher> publishers, int each) {
        this.topics = publishers.stream()
                .map(publisher -> new Topic(publisher, each))
                .collect(Collectors.toMap(topic -> topic.publisher.topic(), Function.identity()));
        this.messages = publishers.size() * each;
    }

    /**
     * A member has got a message.
     *
     * @return its number; negative when the membership has ended, so that the member never had it
     */
    synchronized int take(Membership member, String name, byte[] payload) {
        if (member.end == End.MEMBER) {
            return -1;
        }
        try {
            Topic topic = topics.get(name);
            if (topic == null) {
                throw new AssertionError("a message of " + name + " came");
            }
            return take(member, topic, payload);
        } catch (AssertionError e) {
            fault = fault == null ? e : fault;
            return -1;
        }
    }

    private int take(Membership member, Topic topic, byte[] payload) {
        String name = topic.publisher.topic();
        int number = Content.numberIn(name, payload);
        Holding before = topic.holdings[number];
        topic.holdings[number] = new Holding(member, Holding.NOT);
        boolean isFirst = topic.account.take(payload);
        different += isFirst ? 1 : 0;
        if (topic.isSentAgain(number)) {
            return number;
        }
        Integer last = member.last.put(name, number);
        if (last != null && last >= number) {
            throw new AssertionError(name + ": " + number + " came after " + last + " to " + member.name);
        }
        if (before != null) {
            again(name, number, before);
        }
        return number;
    }

    private void again(String topic, int number, Holding before) {
        boolean isLostWithBroker = brokerDied && (isOnItsWay(before) || before.isAcknowledgedAbout(diedNanos));
        if (before.by.end == null || !(before.isLostWithItsMember() || isLostWithBroker)) {
            throw new AssertionError(topic + ": " + number + " came again, which " + before.by.name + " had"
                    + (before.by.end == null
                            ? " and still has"
                            : " acknowledged "
                                    + Duration.ofNanos(before.by.endedNanos - before.acknowledgedNanos)
                                            .toMillis()
                                    + " ms before the end of its " + before.by.end));
        }
        if (isLostWithBroker) {
            afterBrokers++;
        } else {
            afterMembers++;
        }
    }

    private static boolean isOnItsWay(Holding holding) {
        return holding.by.end == End.BROKER && holding.acknowledgedNanos == Holding.NOT;
    }

    /** The broker is about to be killed. */
    synchronized void brokerDies() {
        brokerDied = true;
        diedNanos = System.nanoTime();
    }

    /** A member is about to acknowledge what it took. */
    synchronized void acknowledging(Membership member, String topic, int number) {
        Topic acknowledged = topics.get(topic);
        if (acknowledged != null && acknowledged.holdings[number].by.equals(member)) {
            acknowledged.holdings[number] = new Holding(member, System.nanoTime());
        }
    }

    /** A membership is about to end. */
    synchronized void ends(Membership member, End end) {
        if (member.end == null) {
            member.end = end;
            member.endedNanos = System.nanoTime();
        }
    }

    /** How many different messages have come. */
    synchronized int different() {
        if (fault != null) {
            throw fault;
        }
        return different;
    }

    boolean isWhole() {
        return different() == messages;
    }

    /** How many came again because the member that had them went away. */
    synchronized int afterMembers() {
        return afterMembers;
    }

    /** How many came again because the broker died. */
    synchronized int afterBrokers() {
        return afterBrokers;
    }
}
