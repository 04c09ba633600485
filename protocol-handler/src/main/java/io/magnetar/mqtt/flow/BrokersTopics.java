package io.magnetar.mqtt.flow;

/** The topics below {@code $SYS/}, which are the broker's own: nobody publishes there, nor by a will. Stateless. */
public final class BrokersTopics {
    public static final String REFUSAL = "topics that begin with $SYS/ are the broker's own";

    private static final String PREFIX = "$SYS/";

    private BrokersTopics() {}

    public static boolean contains(String topicName) {
        return topicName.startsWith(PREFIX);
    }
}
