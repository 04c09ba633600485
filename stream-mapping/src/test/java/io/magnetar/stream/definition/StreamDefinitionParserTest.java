package io.magnetar.stream.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamLimits;
import io.magnetar.tenancy.Namespace;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamDefinitionParserTest {
    private static StreamDefinitionParser.Parsed parse(Map<String, String> properties) {
        return StreamDefinitionParser.parse(
                new StreamTopic(new Namespace("public"), "readings", true, 4, properties, 0, 0));
    }

    private static String reason(Map<String, String> properties) {
        return ((StreamDefinitionParser.Refused) parse(properties)).reason();
    }

    private static StreamDefinition stream(Map<String, String> properties) {
        return ((StreamDefinitionParser.Valid) parse(properties)).stream();
    }

    @Test
    void needsAFilterAndHasDefaultsForTheRest() {
        StreamDefinition stream = stream(Map.of("mqtt.filter", "sensors/+/readings", "team", "weather"));

        assertThat(stream.filter().value()).isEqualTo("sensors/+/readings");
        assertThat(stream.key()).hasToString("client-id");
        assertThat(stream.orderBuckets()).isEqualTo(16);
        assertThat(stream.partitions()).isEqualTo(4);
        assertThat(stream.pulsarTopic(3)).isEqualTo("persistent://public/streams/readings-partition-3");
    }

    @Test
    void saysWhatToSetWhenTheFilterIsMissing() {
        assertThat(reason(Map.of()))
                .isEqualTo("mqtt.filter is missing: set it to the MQTT topic filter that the stream keeps,"
                        + " as in mqtt.filter=sensors/+/readings");
    }

    @Test
    void namesEveryErrorAtOnce() {
        assertThat(reason(Map.of("mqtt.filter", "#/a", "mqtt.key", "x", "mqtt.order-buckets", "-1", "mqtt.max", "3")))
                .contains("mqtt.filter=#/a is no topic filter: '#' stands alone")
                .contains("mqtt.key=x is no key: it is client-id, username, topic, topic[N]")
                .contains("mqtt.order-buckets=-1 is not a whole number from 0 to 1024")
                .contains(
                        "property mqtt.max is unknown: known are mqtt.filter, mqtt.key, mqtt.order-buckets, mqtt.last-value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "1024"})
    void takesBucketsWithinTheirRange(String buckets) {
        assertThat(stream(Map.of("mqtt.filter", "a", "mqtt.order-buckets", buckets))
                        .orderBuckets())
                .isEqualTo(Integer.parseInt(buckets));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1025", "1e1", " 1", "99999999999", "١"})
    void refusesAnyOtherBuckets(String buckets) {
        assertThat(reason(Map.of("mqtt.filter", "a", "mqtt.order-buckets", buckets)))
                .contains("mqtt.order-buckets");
    }

    @Test
    void limitsEachPartition() {
        assertThat(stream(Map.of("mqtt.filter", "a")).limits()).isEqualTo(StreamLimits.NONE);
        assertThat(stream(Map.of("mqtt.filter", "a", "mqtt.max-messages", "1000"))
                        .limits())
                .isEqualTo(new StreamLimits(1_000, 0, false));
        assertThat(stream(Map.of("mqtt.filter", "a", "mqtt.max-bytes", "20G", "mqtt.when-full", "reject"))
                        .limits())
                .isEqualTo(new StreamLimits(0, 20L << 30, true));
    }

    @ParameterizedTest
    @CsvSource({
        "mqtt.max-messages, 0, mqtt.max-messages=0 is no number of messages from 1 on",
        "mqtt.max-messages, 1K, mqtt.max-messages=1K is no number of messages",
        "mqtt.max-bytes, 20GB, 'mqtt.max-bytes=20GB is no number of bytes from 1 on, such as 500M or 20G'",
        "mqtt.max-bytes, 999999999999T, is no number of bytes",
        "mqtt.when-full, drop, mqtt.when-full=drop is neither drop-oldest nor reject",
        "mqtt.when-full, reject, set mqtt.max-messages or mqtt.max-bytes"
    })
    void saysWhatIsWrongWithALimit(String property, String value, String reason) {
        assertThat(reason(Map.of("mqtt.filter", "a", property, value))).contains(reason);
    }

    @Test
    void isALastValueStreamWhenItSaysSo() {
        assertThat(stream(Map.of("mqtt.filter", "a")).lastValue()).isFalse();
        assertThat(stream(Map.of("mqtt.filter", "a", "mqtt.last-value", "false"))
                        .lastValue())
                .isFalse();
        assertThat(stream(Map.of("mqtt.filter", "a", "mqtt.last-value", "true")).lastValue())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "TRUE", "yes", "1"})
    void refusesAnyOtherLastValue(String value) {
        assertThat(reason(Map.of("mqtt.filter", "a", "mqtt.last-value", value)))
                .isEqualTo("mqtt.last-value=" + value + " is neither 'true' nor 'false'");
    }

    @Test
    void hasThePartitionsThatItBeganWith() {
        assertThat(stream(Map.of("mqtt.filter", "a", "magnetar.partitions", "3"))
                        .partitions())
                .isEqualTo(3);
        assertThat(reason(Map.of("mqtt.filter", "a", "magnetar.partitions", "5")))
                .contains("magnetar.partitions=5", "has 4");
        assertThat(reason(Map.of("mqtt.filter", "a", "magnetar.partitions", "0")))
                .contains("magnetar.partitions=0");
    }

    @Test
    void isWrittenToFromAMomentOnWhileItIsBeingFilled() {
        StreamDefinition.Life filling =
                stream(Map.of("mqtt.filter", "a", "mqtt.backfill", "b")).life();
        StreamDefinition.Life joining = stream(
                        Map.of("mqtt.filter", "a", "mqtt.backfill", "b", "mqtt.live-from", "1000"))
                .life();
        StreamDefinition.Life filled =
                stream(Map.of("mqtt.filter", "a", "mqtt.live-from", "1000")).life();

        assertThat(filling.takes(1_000)).isFalse();
        assertThat(joining.takes(999)).isFalse();
        assertThat(joining.takes(1_000)).isTrue();
        assertThat(joining.takes(31_000_000)).as("held for too long").isFalse();
        assertThat(filled.takes(999)).isFalse();
        assertThat(filled.takes(31_000_000)).isTrue();
        assertThat(reason(Map.of("mqtt.filter", "a", "mqtt.live-from", "soon"))).contains("mqtt.live-from=soon");
    }

    @Test
    void refusesATopicThatKeepsNothing() {
        StreamTopic fleeting =
                new StreamTopic(new Namespace("public"), "readings", false, 4, Map.of("mqtt.filter", "a"), 0, 0);

        assertThat(StreamDefinitionParser.parse(fleeting)).isInstanceOf(StreamDefinitionParser.Refused.class);
        assertThat(fleeting.pulsarTopic()).isEqualTo("non-persistent://public/streams/readings");
    }
}
