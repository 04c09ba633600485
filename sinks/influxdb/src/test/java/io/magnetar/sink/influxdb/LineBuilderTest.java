package io.magnetar.sink.influxdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.magnetar.sink.delivery.BadRecord;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineBuilderTest {
    private final LineBuilder line = new LineBuilder(Backslash.LITERAL);

    @Test
    void everyTypeHasItsForm() throws BadRecord {
        line.measurement("m")
                .tag("site", "a b")
                .tag("none", "")
                .field("f", 21.0)
                .integer("i", new BigDecimal("-9223372036854775808"))
                .unsigned("u", new BigDecimal("18446744073709551615"))
                .field("b", true)
                .field("s", "5\" \\ \n");

        assertThat(line.end(1))
                .isEqualTo(
                        "m,site=a\\ b f=21.0,i=-9223372036854775808i,u=18446744073709551615u,b=true,s=\"5\\\" \\\\ \n\" 1");
    }

    @Test
    void aBackslashIsAsTheServerReadsIt() throws BadRecord {
        assertThat(line.measurement("m").tag("t", "a\\,b").field("f", true).end(1))
                .isEqualTo("m,t=a\\\\,b f=true 1");
        assertThat(new LineBuilder(Backslash.DOUBLED)
                        .measurement("m")
                        .tag("t", "a\\,b")
                        .field("f", true)
                        .end(1))
                .isEqualTo("m,t=a\\\\\\,b f=true 1");
    }

    @Test
    void wholeNumbersMayBeWrittenWithAPoint() throws BadRecord {
        assertThat(line.measurement("m").integer("i", new BigDecimal("2.10E1")).end(1))
                .isEqualTo("m i=21i 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"21.5", "9223372036854775808", "-9223372036854775809", "1e999999999", "1e-999999999"})
    void whatIsNoIntegerIsNotRounded(String number) throws BadRecord {
        line.measurement("m");
        assertThatExceptionOfType(BadRecord.class)
                .isThrownBy(() -> line.integer("i", new BigDecimal(number)))
                .withMessageContaining("field 'i' is to be int");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void whatIsNotFiniteIsRefused(double number) throws BadRecord {
        line.measurement("m");
        assertThatExceptionOfType(BadRecord.class).isThrownBy(() -> line.field("f", number));
    }

    @Test
    void aPointWithoutFieldsIsRefused() throws BadRecord {
        line.measurement("m").tag("t", "v");
        assertThatExceptionOfType(BadRecord.class).isThrownBy(() -> line.end(1)).withMessage("the point has no field");
    }

    @ParameterizedTest
    @CsvSource({
        "'',the measurement is empty",
        "#m,a measurement cannot begin with '#'",
        "m\\,the measurement ends with a backslash",
        "'m\nx',the measurement has a control character"
    })
    void namesThatCannotBeWrittenAreRefused(String measurement, String message) {
        assertThatExceptionOfType(BadRecord.class)
                .isThrownBy(() -> line.measurement(measurement))
                .withMessageStartingWith(message);
    }
}
