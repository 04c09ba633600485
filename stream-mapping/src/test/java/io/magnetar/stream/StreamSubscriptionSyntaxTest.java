package io.magnetar.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.topic.TopicFilter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamSubscriptionSyntaxTest {
    @Test
    void readsOffsetAndFilter() {
        assertThat(StreamSubscriptionSyntax.parse("$s/earliest/a/+/b"))
                .isEqualTo(valid(new StartPosition.Earliest(), "a/+/b"));
        assertThat(StreamSubscriptionSyntax.parse("$s/latest/#")).isEqualTo(valid(new StartPosition.Latest(), "#"));
        assertThat(StreamSubscriptionSyntax.parse("$s/0//a")).isEqualTo(valid(new StartPosition.Timestamp(0), "/a"));
        assertThat(StreamSubscriptionSyntax.parse("$s/9223372036854775807/a"))
                .isEqualTo(valid(new StartPosition.Timestamp(Long.MAX_VALUE), "a"));
    }

    private static StreamSubscriptionSyntax.Parsed valid(StartPosition start, String filter) {
        return new StreamSubscriptionSyntax.Valid(start, new TopicFilter(filter));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Latest", "", "1.5", "1e9", "-1", "+1", " 1", "9223372036854775808", "99999999999999999999", "١"
            })
    void refusesAnyOtherOffset(String offset) {
        assertThat(reason("$s/" + offset + "/a")).contains("earliest", "latest", "microseconds");
    }

    @Test
    void refusesAMissingOrMalformedFilter() {
        assertThat(reason("$s/earliest")).contains("filter is missing");
        assertThat(reason("$s/earliest/")).contains("at least one character");
        assertThat(reason("$s/earliest/a/#/b")).contains("'#'");
    }

    private static String reason(String filter) {
        return ((StreamSubscriptionSyntax.Refused) StreamSubscriptionSyntax.parse(filter)).reason();
    }

    @Test
    void tellsAStreamFromATopic() {
        assertThat(StreamSubscriptionSyntax.isStream("$s/latest/a")).isTrue();
        assertThat(StreamSubscriptionSyntax.isStream("$s")).isFalse();
        assertThat(StreamSubscriptionSyntax.isStream("$share/g/a")).isFalse();
        assertThat(StreamSubscriptionSyntax.isStream("s/latest/a")).isFalse();
    }
}
