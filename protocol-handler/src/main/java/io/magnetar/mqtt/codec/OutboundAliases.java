package io.magnetar.mqtt.codec;

import org.jspecify.annotations.Nullable;

/**
 * The topic aliases that one client lets us use, MQTT 5.0 section 3.3.2.3.4.
 *
 * <p>Each topic has one place in a table of fixed size. The first message of a topic takes the place and goes out as it is; when
 * the next one finds it still there, the topic repeats and gets the alias of the place; those that follow need the alias only.
 * Topics that want the same place take it from each other, which costs nothing but the gain.
 *
 * <p>Thread: the connection's event loop.
 */
public final class OutboundAliases {
    private final @Nullable Alias[] places;

    /** @param count how many aliases there are, numbered from 1; the client's Topic Alias Maximum or less [MQTT-3.1.2-26] */
    public OutboundAliases(int count) {
        this.places = new Alias[count];
    }

    /** One alias and the topic that it stands for. */
    public static final class Alias {
        private final int number;
        private final String topic;
        private boolean known;

        private Alias(int number, String topic) {
            this.number = number;
            this.topic = topic;
        }

        int number() {
            return number;
        }

        /** Whether the client knows what it stands for, so that the topic is left out. */
        boolean isKnown() {
            return known;
        }

        /** A packet that says what it stands for is on its way. */
        public void sent() {
            known = true;
        }
    }

    /** The alias to send a message of the topic with; null for none. */
    public @Nullable Alias of(String topic) {
        if (places.length == 0) {
            return null;
        }
        int hash = topic.hashCode();
        int place = Math.floorMod(hash ^ (hash >>> 16), places.length);
        Alias alias = places[place];
        if (alias != null && alias.topic.equals(topic)) {
            return alias;
        }
        places[place] = new Alias(place + 1, topic);
        return null;
    }
}
