package io.magnetar.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.topic.TopicFilter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamSubscriptionSyntaxTest {
    private static final long NOW = 1_000_000_000_000L;
    private static final StartPosition EARLIEST = new StartPosition.Earliest();
    private static final StartPosition LATEST = new StartPosition.Latest();

    @Test
    void readsOffsetAndFilter() {
        assertThat(parse("$s/earliest/a/+/b")).isEqualTo(covering("earliest", EARLIEST, "a/+/b"));
        assertThat(parse("$s/latest/#")).isEqualTo(covering("latest", LATEST, "#"));
        assertThat(parse("$s/0//a")).isEqualTo(covering("0", new StartPosition.Timestamp(0), "/a"));
        assertThat(parse("$s/9223372036854775807/a"))
                .isEqualTo(covering("9223372036854775807", new StartPosition.Timestamp(Long.MAX_VALUE), "a"));
        assertThat(parse("$s/last-100/a")).isEqualTo(covering("last-100", new StartPosition.Last(100), "a"));
    }

    private static StreamSubscriptionSyntax.Parsed covering(String offset, StartPosition start, String filter) {
        return new StreamSubscriptionSyntax.Valid(
                new StreamChoice.Covering(new TopicFilter(filter)), ReplayRange.from(start), offset);
    }

    @Test
    void readsNameOffsetAndFilter() {
        assertThat(parse("$stream/readings")).isEqualTo(named("readings", "latest", LATEST, null));
        assertThat(parse("$stream/readings/a/#")).isEqualTo(named("readings", "latest", LATEST, "a/#"));
        assertThat(parse("$stream/readings@earliest")).isEqualTo(named("readings", "earliest", EARLIEST, null));
        assertThat(parse("$stream/r.e-a_d1@last-5//a"))
                .isEqualTo(named("r.e-a_d1", "last-5", new StartPosition.Last(5), "/a"));
    }

    @Test
    void takesTheOffsetBesideANameUnlessTheFilterHasOne() {
        assertThat(StreamSubscriptionSyntax.parse("$stream/readings", "earliest", NOW))
                .isEqualTo(named("readings", "earliest", EARLIEST, null));
        assertThat(StreamSubscriptionSyntax.parse("$stream/readings@latest", "earliest", NOW))
                .isEqualTo(named("readings", "latest", LATEST, null));
        assertThat(StreamSubscriptionSyntax.parse("$s/latest/a", "earliest", NOW))
                .isEqualTo(covering("latest", LATEST, "a"));
    }

    private static StreamSubscriptionSyntax.Parsed named(
            String name, String offset, StartPosition start, @Nullable String filter) {
        TopicFilter topics = filter == null ? null : new TopicFilter(filter);
        return new StreamSubscriptionSyntax.Valid(
                new StreamChoice.Named(name, topics), ReplayRange.from(start), offset);
    }

    @ParameterizedTest
    @CsvSource({
        "12:34, 0, 12, 34, -1, 12:34:0",
        "12:34:5, 5, 12, 34, -1, 12:34:5",
        "0:0:0:0, 0, 0, 0, 0, 0:0:0:0",
        "999999999999999999:1:2:3, 2, 999999999999999999, 1, 3, 999999999999999999:1:2:3",
    })
    void readsAMessageId(String text, int partition, long ledgerId, long entryId, int batchIndex, String written) {
        Position position = new Position(ledgerId, entryId, batchIndex);
        assertThat(StartPositionSyntax.parse(text, NOW)).contains(new StartPosition.MessageId(partition, position, 0));
        assertThat(MessageIdSyntax.write(partition, position)).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource({
        "-15m, 999100000000",
        "-90s, 999910000000",
        "-2h, 992800000000",
        "-1d, 913600000000",
        "-250ms, 999999750000",
        "-7us, 999999999993",
        "-0s, 1000000000000",
        "-9999999d, 0",
        "1970-01-02T00:00:00Z, 86400000000",
        "1970-01-01T00:00:00.000001Z, 1",
        "1970-01-01T01:00:00+01:00, 0",
        "1969-12-31T23:59:59Z, 0",
    })
    void readsTimesInWords(String offset, long micros) {
        assertThat(StartPositionSyntax.parse(offset, NOW)).contains(new StartPosition.Timestamp(micros));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Latest",
                "",
                "1.5",
                "1e9",
                "-1",
                "+1",
                " 1",
                "9223372036854775808",
                "99999999999999999999",
                "١",
                "-15",
                "-15min",
                "-m",
                "-999999999999999999d",
                "last-0",
                "last-1000001",
                "last-",
                "2026-01-31",
                "12:",
                "12:34:",
                "-1:-1",
                "1:2:3:4:5",
                "9999999999999999999:1",
                "2026-01-31T12:00:00",
                "2026-13-01T00:00:00Z"
            })
    void refusesAnyOtherOffset(String offset) {
        assertThat(reason("$s/" + offset + "/a"))
                .contains("earliest", "latest", "microseconds", "not '" + offset + "'");
    }

    @Test
    void refusesAMissingOrMalformedFilterOrName() {
        assertThat(reason("$s/earliest")).contains("filter is missing");
        assertThat(reason("$s/earliest/")).contains("at least one character");
        assertThat(reason("$s/earliest/a/#/b")).contains("'#'");
        assertThat(reason("$stream/readings/")).contains("at least one character");
        assertThat(reason("$stream/+/a")).contains("'+' is no name");
        assertThat(reason("$stream/")).contains("'' is no name");
        assertThat(reason("$stream/-a@earliest")).contains("'-a' is no name");
        assertThat(reason("$stream/a@soon")).contains("not 'soon'");
    }

    private static StreamSubscriptionSyntax.Parsed parse(String filter) {
        return StreamSubscriptionSyntax.parse(filter, null, NOW);
    }

    private static String reason(String filter) {
        return ((StreamSubscriptionSyntax.Refused) parse(filter)).reason();
    }

    @Test
    void tellsAStreamFromATopic() {
        assertThat(StreamSubscriptionSyntax.isStream("$s/latest/a")).isTrue();
        assertThat(StreamSubscriptionSyntax.isStream("$stream/a")).isTrue();
        assertThat(StreamSubscriptionSyntax.isStream("$s")).isFalse();
        assertThat(StreamSubscriptionSyntax.isStream("$streams/a")).isFalse();
        assertThat(StreamSubscriptionSyntax.isStream("$share/g/a")).isFalse();
        assertThat(StreamSubscriptionSyntax.isStream("s/latest/a")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "$s/earliest/a/b, $s//a/b",
        "$s/0/a/b, $s//a/b",
        "$s/x, $s/x",
        "$stream/r, $stream/r",
        "$stream/r@earliest, $stream/r",
        "$stream/r@0/a/b, $stream/r/a/b",
        "$stream/r/a@b, $stream/r/a@b",
        "a/b@c, a/b@c",
    })
    void twoFiltersThatDifferInTheOffsetAreOne(String filter, String same) {
        assertThat(StreamSubscriptionSyntax.withoutOffset(filter)).isEqualTo(same);
    }
}
