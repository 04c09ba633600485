package io.magnetar.stream.retention;

/**
 * The retention policy of Pulsar that is in force for a stream.
 *
 * <p>Thread: immutable.
 *
 * @param minutes how long a message is kept; {@link #UNLIMITED} for ever. At 0 nothing is kept that no subscription waits for, and
 *     Pulsar alone knows what is there
 * @param megabytes how much each partition keeps; {@link #UNLIMITED} for any number
 * @param from who says so
 */
public record RetentionPolicy(long minutes, long megabytes, Level from) {
    public static final long UNLIMITED = -1;

    /** Where a policy is set; the first one that there is counts. */
    public enum Level {
        TOPIC("the topic's policy"),
        NAMESPACE("the policy of the Pulsar namespace"),
        BROKER("the broker's configuration");

        private final String words;

        Level(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /** Whether there is a time from which on messages are part of the stream. */
    public boolean hasTime() {
        return minutes > 0;
    }
}
