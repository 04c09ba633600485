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

    /**
     * Publishers and subscribers.
     *
     * @param paired whether subscriber {@code i} gets only what publisher {@code i} sends, and not what all send
     */
    public record Shape(String name, int publishers, int subscribers, boolean paired) {
        public Shape {
            if (paired && publishers != subscribers) {
                throw new IllegalArgumentException("pairs have as many subscribers as publishers");
            }
        }
    }

    /** @param payloadBytes size of each payload */
    public record MessageKind(int qos, int payloadBytes) {}

    /**
     * @param perSecond messages that all publishers send in a second, or 0 for as many as they can
     * @param window messages of a publisher that wait for their acknowledgement (QoS 1 and 2)
     * @param outstanding messages of a publisher that have not reached its subscribers
     */
    public record Pace(long perSecond, int window, int outstanding) {}
}
