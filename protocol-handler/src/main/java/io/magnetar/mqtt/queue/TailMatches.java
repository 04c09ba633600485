package io.magnetar.mqtt.queue;

import io.magnetar.topic.TopicTrie;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which sessions that follow the tails of a queue want a topic. Devices repeat topics: each is matched once and remembered until a
 * filter changes, or until so much is remembered that it begins anew.
 *
 * <p>Thread: the turns of one tail.
 */
final class TailMatches {
    static final int MAX_TOPICS = 2_048;
    /** The number of sessions in all that is remembered, each counted once per topic. */
    static final int MAX_SESSIONS = 32_768;

    private final TopicTrie<TailSubscriber, TailSubscriber> filters;
    private final Map<String, Set<TailSubscriber>> matches = new HashMap<>();
    private int sessions;
    private long version = -1;

    TailMatches(TopicTrie<TailSubscriber, TailSubscriber> filters) {
        this.filters = filters;
    }

    /** Each session once, however many of its filters match. */
    Set<TailSubscriber> of(String topic) {
        long now = filters.version();
        if (now != version) {
            forget();
            version = now;
        }
        Set<TailSubscriber> known = matches.get(topic);
        return known == null ? match(topic) : known;
    }

    private Set<TailSubscriber> match(String topic) {
        Set<TailSubscriber> matching = new LinkedHashSet<>();
        filters.match(topic, matching::add);
        if (matches.size() >= MAX_TOPICS || sessions + matching.size() > MAX_SESSIONS) {
            forget();
        }
        if (matching.size() <= MAX_SESSIONS) {
            matches.put(topic, matching.isEmpty() ? Set.of() : matching);
            sessions += matching.size();
        }
        return matching;
    }

    private void forget() {
        matches.clear();
        sessions = 0;
    }

    /** How many topics are remembered. */
    int topics() {
        return matches.size();
    }
}
