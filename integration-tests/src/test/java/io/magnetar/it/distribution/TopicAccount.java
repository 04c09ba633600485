package io.magnetar.it.distribution;

/** What has come of one topic whose messages are numbered from 0. Thread: one at a time. */
final class TopicAccount {
    private final String topic;
    private final int[] copies;
    private int next;

    TopicAccount(String topic, int messages) {
        this.topic = topic;
        this.copies = new int[messages];
    }

    /**
     * Takes a message; fails when it has come before one that was published earlier.
     *
     * @return whether it is the first copy
     */
    boolean take(byte[] payload) {
        int number = Content.numberIn(topic, payload);
        if (copies[number]++ > 0) {
            return false;
        }
        if (number != next) {
            throw new AssertionError(topic + ": " + number + " came, " + next + " was to come");
        }
        next++;
        return true;
    }

    /** How often a message has come. */
    int copies(int number) {
        return copies[number];
    }
}
