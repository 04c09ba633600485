package io.magnetar.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RangeSyntaxTest {
    private static final long NOW = 1_764_093_600_000_000L;

    private static ReplayRange parse(String text) {
        return RangeSyntax.parse(text, NOW).orElseThrow();
    }

    @Test
    void anOffsetWithoutAnEndGoesOn() {
        assertThat(parse("last-3")).isEqualTo(ReplayRange.from(new StartPosition.Last(3)));
        assertThat(parse("last-3").isBounded()).isFalse();
    }

    @Test
    void bothEndsHaveAllForms() {
        StartPosition earliest = new StartPosition.Earliest();
        assertThat(parse("earliest..now")).isEqualTo(new ReplayRange(earliest, new EndPosition.Now()));
        assertThat(parse("earliest..latest")).isEqualTo(new ReplayRange(earliest, new EndPosition.Now()));
        assertThat(parse("last-9..last-3"))
                .isEqualTo(new ReplayRange(new StartPosition.Last(9), new EndPosition.Last(3)));
        assertThat(parse("7..9"))
                .isEqualTo(new ReplayRange(new StartPosition.Timestamp(7), new EndPosition.Timestamp(9)));
        assertThat(parse("-2s..-1s"))
                .isEqualTo(new ReplayRange(
                        new StartPosition.Timestamp(NOW - 2_000_000), new EndPosition.Timestamp(NOW - 1_000_000)));
        assertThat(parse("1970-01-01T00:00:00.5Z..1970-01-01T00:00:01Z"))
                .isEqualTo(new ReplayRange(new StartPosition.Timestamp(500_000), new EndPosition.Timestamp(1_000_000)));
        assertThat(parse("1:2:0..1:3:0:4"))
                .isEqualTo(new ReplayRange(
                        new StartPosition.MessageId(0, new Position(1, 2, -1), 0),
                        new EndPosition.MessageId(0, new Position(1, 3, 4))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "earliest..",
                "..now",
                "now..now",
                "earliest..earliest",
                "earliest..next",
                "next..now",
                "1..2..3",
                "1...3",
                "earliest..last-0"
            })
    void refusesWhatIsNoRange(String text) {
        assertThat(RangeSyntax.parse(text, NOW)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "9..9, its end is to be later than its begin",
        "-1s..-1m, its end is to be later than its begin",
        "2100-01-01T00:00:00Z..now, its end is to be a later time",
        "2100-01-01T00:00:00Z..last-1, its end is to be a later time",
        "latest..now, its end is to be a time in the future",
        "latest..last-5, its end is to be a time in the future",
        "latest..-1s, its end is to be a time in the future",
        "last-5..last-5, the first number is to be the greater one",
        "1:2..1:2, its end is to be the later message",
        "1:2:0:3..1:2, its end is to be the later message"
    })
    void saysWhyNothingCanBeInARange(String text, String reason) {
        assertThat(parse(text).contradiction(NOW))
                .hasValueSatisfying(said -> assertThat(said).contains(reason));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "earliest..now",
                "earliest..0",
                "latest..2100-01-01T00:00:00Z",
                "last-5..-1h",
                "1:2..1:2:0:1",
                "1:2:1..1:1:0",
                "last-2..last-1",
                "-1s..last-3",
                "2100-01-01T00:00:00Z..2100-01-01T00:00:01Z",
                "-1h"
            })
    void aRangeMayHaveMessages(String text) {
        assertThat(parse(text).contradiction(NOW)).isEmpty();
    }
}
