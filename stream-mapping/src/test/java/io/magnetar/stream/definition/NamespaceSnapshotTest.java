package io.magnetar.stream.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.key.StreamKeys;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamespaceSnapshotTest {
    private final NamespaceSnapshot snapshot = new NamespaceSnapshot(
            Stream.of("a/#", "#", "a/+/c", "a/b/c", "+/b/c", "$SYS/#")
                    .map(filter -> new StreamDefinition(
                            new Namespace("public"),
                            "keeps " + filter,
                            new TopicFilter(filter),
                            StreamKeys.DEFAULT,
                            1,
                            0))
                    .toList(),
            List.of());

    @ParameterizedTest
    @CsvSource({
        "a/b/c, a/b/c",
        "a/x/c, a/+/c",
        "a/+/c, a/+/c",
        "a/+/+, a/#",
        "a, a/#",
        "b/#, #",
        "x/b/c, +/b/c",
        "$SYS/broker, $SYS/#",
    })
    void findsTheNarrowestStreamThatCoversAFilter(String asked, String found) {
        assertThat(snapshot.covering(new TopicFilter(asked)))
                .map(stream -> stream.filter().value())
                .contains(found);
    }

    @ParameterizedTest
    @CsvSource({"$other/x", "$other/#"})
    void findsNoneForWhatNoStreamCovers(String asked) {
        assertThat(snapshot.covering(new TopicFilter(asked))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"a/b/c, 5", "a/x, 2", "x, 1", "$SYS/x, 1", "$other, 0"})
    void findsAllStreamsThatKeepATopic(String topic, int count) {
        assertThat(snapshot.matching(topic))
                .hasSize(count)
                .allMatch(stream -> stream.filter().matches(topic));
    }
}
