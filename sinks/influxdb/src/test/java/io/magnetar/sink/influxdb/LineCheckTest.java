package io.magnetar.sink.influxdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.magnetar.sink.delivery.BadRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineCheckTest {
    private final LineCheck check = new LineCheck(Backslash.LITERAL, Precision.MS, false);

    @Test
    void linesGoAsTheyAreAndGetTheTimeThatTheyLack() throws BadRecord {
        String payload =
                "# a comment\n\ncpu,host=a usage=0.5,on=t 7\r\n  mem used=12i  \nlog,a\\ b=c\\,d line=\"two\nlines, \\\"x\\\"\"";

        assertThat(check.lines(payload, 99))
                .containsExactly(
                        "cpu,host=a usage=0.5,on=t 7",
                        "mem used=12i 99",
                        "log,a\\ b=c\\,d line=\"two\nlines, \\\"x\\\"\" 99");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "m|line 1, column 2: the fields are missing",
                "m f|line 1, column 4: a field is name=value",
                "m f=|line 1, column 5: '' is no number",
                "m f=1,|line 1, column 7: the name of the field is empty",
                "m,t f=1|line 1, column 4: a tag is name=value",
                "m,t= f=1|line 1, column 5: the value of the tag is empty",
                "m,t=a,,u=b f=1|line 1, column 7: the name of the tag is empty",
                "m,t=a,t=b f=1|line 1, column 8: the name 't' stands in the line twice",
                "m f=1 f=2|line 1, column 7: the timestamp 'f=2' is no whole number",
                "m f=1 1 2|line 1, column 9: there is something after the timestamp",
                "m f=1 9223372036855|line 1, column 7: the timestamp '9223372036855' is no whole number of ms",
                "m f=9223372036854775808i|line 1, column 5: '9223372036854775808i' is no integer of 64 bits",
                "m f=1u|line 1, column 5: the server has no unsigned integers",
                "m f=NaN|line 1, column 5: 'NaN' is no number",
                "m f=1e999|line 1, column 5: '1e999' is too large",
                "m f=\"a|line 1, column 5: the string has no end",
                "m f=\"a\"b|line 1, column 8: after a field come",
                "m,t=a\\ f=1|line 1, column 9: the fields are missing",
                ",t=a f=1|line 1, column 1: the measurement is empty"
            })
    void theFirstFaultIsNamed(String payload, String message) {
        assertThatExceptionOfType(BadRecord.class)
                .isThrownBy(() -> check.lines(payload, 0))
                .withMessageStartingWith(message);
    }

    @Test
    void faultsAreCountedOverLines() {
        assertThatExceptionOfType(BadRecord.class)
                .isThrownBy(() -> check.lines("m f=\"a\nb\"\nm f=1\nm f=x", 0))
                .withMessageStartingWith("line 4, column 5: ");
    }

    @Test
    void aPayloadWithoutALineIsRefused() {
        assertThatExceptionOfType(BadRecord.class).isThrownBy(() -> check.lines("# only\n", 0));
    }

    @Test
    void timestampsAreInTheUnitThatIsAskedFor() {
        assertThat(Precision.NS.fromMicros(1_500_001)).isEqualTo(1_500_001_000);
        assertThat(Precision.US.fromMicros(1_500_001)).isEqualTo(1_500_001);
        assertThat(Precision.MS.fromMicros(1_500_999)).isEqualTo(1_500);
        assertThat(Precision.S.fromMicros(-1)).isEqualTo(-1);
    }
}
