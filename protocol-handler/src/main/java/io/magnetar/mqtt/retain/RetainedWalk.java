package io.magnetar.mqtt.retain;

import io.magnetar.topic.TopicFilter;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * One way through the retained messages that match a filter, in the order of their topics. It holds nothing but the place where
 * it is, and so gives each topic's message as it is when its turn comes, once.
 *
 * <p>Thread: its user's.
 */
public final class RetainedWalk {
    private final NavigableMap<String, RetainedMessage> messages;
    private final TopicLeaps leaps;
    /** Where to look next; null at the end. */
    private @Nullable String place;

    RetainedWalk(NavigableMap<String, RetainedMessage> messages, TopicFilter filter) {
        this.messages = messages;
        this.leaps = new TopicLeaps(filter);
        this.place = leaps.first();
    }

    /** @param place where another walk was that is gone on with */
    RetainedWalk(NavigableMap<String, RetainedMessage> messages, TopicFilter filter, String place) {
        this.messages = messages;
        this.leaps = new TopicLeaps(filter);
        this.place = place;
    }

    /** Where it looks next: no topic before that is still to come. Null at the end. */
    public @Nullable String place() {
        return place;
    }

    public boolean isAtEnd() {
        return place == null;
    }

    /**
     * The next message, which stays the next one until {@link #advance()}.
     *
     * @param maxLooks how many topics to look at
     * @return null when none of them matches, or at the end
     */
    public @Nullable RetainedMessage peek(int maxLooks) {
        for (int look = 0; look < maxLooks && place != null; look++) {
            Map.Entry<String, RetainedMessage> entry = messages.ceilingEntry(place);
            if (entry == null) {
                place = null;
            } else if (leaps.matches(entry.getKey())) {
                place = entry.getKey();
                return entry.getValue();
            } else {
                place = leaps.leap(entry.getKey());
            }
        }
        return null;
    }

    /** Passes over what {@link #peek} gave. */
    public void advance() {
        if (place != null) {
            place = place + '\0';
        }
    }
}
