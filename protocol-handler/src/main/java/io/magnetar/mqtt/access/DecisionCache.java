package io.magnetar.mqtt.access;

import io.magnetar.message.Qos;
import org.jspecify.annotations.Nullable;

/**
 * What was decided on a client's publishes, by topic: one number for each, which has the identity of the topic and two bits for each
 * quality of service with and without RETAIN. A topic takes one of two places, and of more topics than {@value #MAX_TOPICS} the ones that
 * were there are forgotten.
 *
 * <p>Thread: the connection's owner.
 */
final class DecisionCache {
    private static final int MAX_TOPICS = 256;
    private static final int FIRST_TOPICS = 2;
    private static final int DECISION_BITS = 12;
    private static final long ALLOWED = 1;
    private static final long DENIED = 2;
    private static final long ANY = 3;
    private static final long[] EMPTY = new long[FIRST_TOPICS];

    private long[] topics = EMPTY;

    private static int shift(Qos qos, boolean retain) {
        return qos.ordinal() * 4 + (retain ? 2 : 0);
    }

    /** @param topic its identity, from 1 and below 2 to the power of 52 */
    @Nullable
    Decision get(long topic, Qos qos, boolean retain) {
        int place = place(topic);
        long found = topics[place] >>> DECISION_BITS == topic ? topics[place] : topics[place ^ 1];
        if (found >>> DECISION_BITS != topic) {
            return null;
        }
        long decision = (found >>> shift(qos, retain)) & ANY;
        if (decision == 0) {
            return null;
        }
        return decision == ALLOWED ? Decision.ALLOWED : Decision.DENIED;
    }

    private int place(long topic) {
        return (int) topic & (topics.length - 1);
    }

    void put(long topic, Qos qos, boolean retain, Decision decision) {
        if (topics == EMPTY) {
            topics = new long[FIRST_TOPICS];
        }
        int place = placeToPut(topic);
        long before = topics[place] >>> DECISION_BITS == topic ? topics[place] : topic << DECISION_BITS;
        long bits = decision == Decision.ALLOWED ? ALLOWED : DENIED;
        topics[place] = (before & ~(ANY << shift(qos, retain))) | (bits << shift(qos, retain));
    }

    private int placeToPut(long topic) {
        while (true) {
            int place = place(topic);
            for (int candidate : new int[] {place, place ^ 1}) {
                if (topics[candidate] == 0 || topics[candidate] >>> DECISION_BITS == topic) {
                    return candidate;
                }
            }
            if (topics.length == MAX_TOPICS) {
                topics[place ^ 1] = topics[place];
                return place;
            }
            grow();
        }
    }

    private void grow() {
        long[] before = topics;
        topics = new long[before.length * 2];
        for (long topic : before) {
            if (topic != 0) {
                int place = place(topic >>> DECISION_BITS);
                topics[topics[place] == 0 ? place : place ^ 1] = topic;
            }
        }
    }

    void clear() {
        topics = EMPTY;
    }
}
