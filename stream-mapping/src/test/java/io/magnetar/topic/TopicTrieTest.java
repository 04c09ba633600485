package io.magnetar.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TopicTrieTest {
    private record Place(TopicFilter filter, int key) {}

    @Test
    void matchesWhatAListOfFiltersMatchesThroughAnyChange() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        TopicTrie<Integer, String> trie = new TopicTrie<>();
        Map<Place, String> list = new HashMap<>();
        for (int step = 0; step < 3_000; step++) {
            Place place = new Place(PlainMatching.filter(random), random.nextInt(3));
            long version = trie.version();
            if (random.nextInt(5) < 3) {
                String value = place + " at " + step;
                assertThat(trie.put(place.filter(), place.key(), value)).isEqualTo(list.put(place, value));
                assertThat(trie.version()).isGreaterThan(version);
            } else {
                String removed = list.remove(place);
                assertThat(trie.remove(place.filter(), place.key())).isEqualTo(removed);
                assertThat(trie.version() > version).isEqualTo(removed != null);
            }
            String topic = PlainMatching.topic(random);
            List<String> matched = new ArrayList<>();
            trie.match(topic, matched::add);
            assertThat(matched)
                    .as("%s at step %s, seed %s", topic, step, seed)
                    .containsExactlyInAnyOrderElementsOf(list.entrySet().stream()
                            .filter(entry -> PlainMatching.matches(
                                    entry.getKey().filter().value(), topic))
                            .map(Map.Entry::getValue)
                            .toList());
        }
    }
}
