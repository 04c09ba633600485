package io.magnetar.bench.load;

import java.time.Duration;

/**
 * A load to put on a broker.
 *
 * <p>Thread: immutable.
 *
 * @param shape who publishes to whom
 * @param topics topic of publisher {@code i}, with {@code %d} for the number
 * @param message size and quality of each message
 * @param pace how fast, and how far ahead of the acknowledgements and deliveries
 * @param warmup sent before, and not measured
 * @param duration measured
 * @param threads event loops of the generator
 */
public record Workload(
        Shape shape, String topics, MessageKind message, Pace pace, Duration warmup, Duration duration, int threads) {
    /** @return the topic of publisher {@code index} */
    String topic(int index) {
        return topics.replace("%d", Integer.toString(index));
    }

    /** @return the filter that matches the topics of all publishers */
    String filterOfAll() {
        return topics.replace("%d", "+");
    }

    /** How the messages of all publishers reach the subscribers. */
    public enum Distribution {
        /** Subscriber {@code i} gets what publisher {@code i} sends. */
        PAIRED,
        /** Every subscriber gets what all publishers send. */
        TO_EACH,
        /** All subscribers together get what all publishers send: a shared subscription. */
        SHARED
    }

    /** Publishers and subscribers. */
    public record Shape(String name, int publishers, int subscribers, Distribution distribution) {
        public Shape {
            if (distribution == Distribution.PAIRED && publishers != subscribers) {
                throw new IllegalArgumentException("pairs have as many subscribers as publishers");
            }
        }
    }

    /**
     * @param payloadBytes size of each payload
     * @param durable whether the subscribers' sessions outlive their connections
     */
    public record MessageKind(int qos, int payloadBytes, boolean durable) {}

    /**
     * @param perSecond messages that all publishers send in a second, or 0 for as many as they can
     * @param window messages of a publisher that wait for their acknowledgement (QoS 1 and 2)
     * @param outstanding messages of a publisher that have not reached its subscribers
     */
    public record Pace(long perSecond, int window, int outstanding) {}
}
