package io.magnetar.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayPaceSyntaxTest {
    @ParameterizedTest
    @CsvSource({"x1, 1", "x10, 10", "x0.5, 0.5", "x0.001, 0.001", "x1000000, 1000000", "max, Infinity"})
    void readsASpeed(String text, double speed) {
        assertThat(ReplayPaceSyntax.problem(text, null)).isEmpty();
        assertThat(ReplayPaceSyntax.parse(text, "50000")).isEqualTo(new ReplayPace(speed, 50_000));
    }

    @Test
    void nothingIsAsFastAsCanBe() {
        assertThat(ReplayPaceSyntax.problem(null, null)).isEmpty();
        assertThat(ReplayPaceSyntax.parse(null, null)).isEqualTo(ReplayPace.MAX);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "10x", "x", "x0", "x0.000", "x-1", "x1e3", "x1000001", "X2", "fast", "x.5", "x1."})
    void refusesAnotherSpeed(String text) {
        assertThat(ReplayPaceSyntax.problem(text, null))
                .hasValueSatisfying(said -> assertThat(said).contains("stream-speed", "x0.5", "'" + text + "'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "1.5", "many", "1000000000", "05"})
    void refusesAnotherRate(String text) {
        assertThat(ReplayPaceSyntax.problem("x1", text))
                .hasValueSatisfying(said -> assertThat(said).contains("stream-rate", "'" + text + "'"));
    }
}
