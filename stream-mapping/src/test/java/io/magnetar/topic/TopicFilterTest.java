package io.magnetar.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicFilterTest {
    private static final int ROUNDS = 200_000;

    @ParameterizedTest
    @ValueSource(strings = {"", "a/#/b", "a#", "#a", "+a", "a+/b", "a/+b", "a\u0000b", "##", "a/++"})
    void saysWhatIsWrongWithAMalformedFilter(String filter) {
        assertThat(TopicFilter.problem(filter)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"#", "+", "/", "a", "a/", "/a", "+/+", "a/+/#", "$SYS/#", "//", "a b"})
    void acceptsAWellFormedFilter(String filter) {
        assertThat(TopicFilter.problem(filter)).isEmpty();
    }

    @Test
    void matchesAsTheSpecificationSays() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            TopicFilter filter = PlainMatching.filter(random);
            String topic = PlainMatching.topic(random);
            assertThat(filter.matches(topic))
                    .as("%s on %s, seed %s", filter, topic, seed)
                    .isEqualTo(PlainMatching.matches(filter.value(), topic));
        }
    }

    @Test
    void matchesEveryTopicOfAFilterThatItCovers() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<String> topics = Stream.generate(() -> PlainMatching.topic(random))
                .distinct()
                .limit(400)
                .toList();
        for (int round = 0; round < ROUNDS / 100; round++) {
            TopicFilter wide = PlainMatching.filter(random);
            TopicFilter narrow = PlainMatching.filter(random);
            boolean covers = topics.stream()
                    .filter(topic -> PlainMatching.matches(narrow.value(), topic))
                    .allMatch(topic -> PlainMatching.matches(wide.value(), topic));
            if (wide.covers(narrow)) {
                assertThat(covers)
                        .as("%s covers %s, seed %s", wide, narrow, seed)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a/+, a/b, true",
        "a/#, a/+/c, true",
        "a/#, a, true",
        "#, a/#, true",
        "+/b, a/b, true",
        "a/+, a/+, true",
        "a/b, a/+, false",
        "a/+, a/#, false",
        "a/b, a/b/c, false",
        "#, $SYS/a, false",
        "+/a, $SYS/a, false",
        "+/+, #, false",
    })
    void coversANarrowerFilter(String wide, String narrow, boolean covers) {
        assertThat(new TopicFilter(wide).covers(new TopicFilter(narrow))).isEqualTo(covers);
    }

    @Test
    void overlapsAFilterWithWhichItHasATopicInCommon() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<String> topics = PlainMatching.allTopics();
        for (int round = 0; round < ROUNDS / 50; round++) {
            TopicFilter one = PlainMatching.filter(random);
            TopicFilter other = PlainMatching.filter(random);
            boolean anyInCommon = topics.stream()
                    .anyMatch(topic ->
                            PlainMatching.matches(one.value(), topic) && PlainMatching.matches(other.value(), topic));
            assertThat(one.overlaps(other))
                    .as("%s overlaps %s, seed %s", one, other, seed)
                    .isEqualTo(anyInCommon)
                    .isEqualTo(other.overlaps(one));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a/b, a/+, true",
        "a/+, +/b, true",
        "a/#, a, true",
        "a, a/#, true",
        "#, a/b, true",
        "a/+/c, a/b/#, true",
        "a/b, a/c, false",
        "a/+, a, false",
        "a/b/c, a/+, false",
        "#, $SYS/a, false",
        "$SYS/#, +/a, false",
        "$SYS/#, $SYS/+, true",
    })
    void overlapsAnotherFilter(String one, String other, boolean overlaps) {
        assertThat(new TopicFilter(one).overlaps(new TopicFilter(other))).isEqualTo(overlaps);
        assertThat(new TopicFilter(other).overlaps(new TopicFilter(one))).isEqualTo(overlaps);
    }
}
