package io.magnetar.sink.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.message.StreamMessage;
import io.magnetar.sink.message.TestRecords;
import java.util.List;
import org.junit.jupiter.api.Test;

class TemplateTest {
    private static final StreamMessage MESSAGE = TestRecords.reading(
            "{\"temp\":21.50,\"n\":7,\"ok\":true,\"none\":null,\"a\":[{\"b\":\"x\"},{\"b\":2}],\"d.t\":{\"q}\":1}}");

    private static String render(String template) {
        return Template.parse(template).render(MESSAGE).orElse("(missing)");
    }

    @Test
    void fillsEachPlaceholder() {
        assertThat(render("${topic} ${topic[0]} ${topic[-1]}")).isEqualTo("sensors/s1/readings sensors readings");
        assertThat(render("${tenant}/${stream}/${partition}")).isEqualTo("fleet/readings/3");
        assertThat(render("${key},${clientid},${qos},${retain},${ts}"))
                .isEqualTo("s1,station-1,1,false,1700000000123456");
        assertThat(render("${property.unit} ${position}")).isEqualTo("C 12:34:5");
        assertThat(render("${payload.temp} ${payload.n} ${payload.ok}")).isEqualTo("21.50 7 true");
        assertThat(render("${payload.a[0].b}${payload.a[-1].b} ${payload.a[1]}"))
                .isEqualTo("x2 {\"b\":2}");
        assertThat(render("${payload[\"d.t\"][\"q}\"]}")).isEqualTo("1");
        assertThat(render("$${topic} costs $5")).isEqualTo("${topic} costs $5");
    }

    @Test
    void aNumberOfAHugeExponentIsNotWrittenOut() {
        StreamMessage hostile = TestRecords.reading("{\"large\":1e2000000000,\"small\":1e-2000000000}");

        assertThat(Template.parse("${payload.large}!").value(hostile).textValue())
                .isEqualTo("1E+2000000000!");
        assertThat(Template.parse("${payload.small}!").value(hostile).textValue())
                .isEqualTo("1E-2000000000!");
    }

    @Test
    void hasNoTextWhereAValueIsMissing() {
        for (String missing : List.of(
                "${username}",
                "${topic[3]}",
                "${property.no}",
                "a${payload.none}",
                "${payload.a.b}",
                "${payload.n[0]}")) {
            assertThat(render(missing)).isEqualTo("(missing)");
        }
        assertThat(render("${username:-nobody}/${payload.none:-}")).isEqualTo("nobody/");
    }

    @Test
    void keepsTheTypeOfALonePlaceholder() {
        assertThat(Template.parse("${payload.n}").value(MESSAGE).isNumber()).isTrue();
        assertThat(Template.parse("${payload.ok}").value(MESSAGE).isBoolean()).isTrue();
        assertThat(Template.parse("${payload.n}!").value(MESSAGE).isTextual()).isTrue();
        assertThat(Template.parse("x").isConstant()).isTrue();
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThat(catchThrowable(() -> Template.parse("${client}")))
                .hasMessageContaining("${client} is unknown; there are topic, topic[N], key, clientid");
        assertThat(catchThrowable(() -> Template.parse("a ${topic"))).hasMessageContaining("has no closing }");
        assertThat(catchThrowable(() -> Template.parse("${payload.a[x]}")))
                .hasMessageContaining("is no path into a payload");
    }

    @Test
    void skipsDefaultsOrFailsByField() throws BadRecord {
        Template username = Template.parse("${username}");

        assertThat(new Field("u", username, Field.parseMissing("skip")).text(MESSAGE))
                .isEmpty();
        assertThat(new Field("u", username, Field.parseMissing("default:x")).text(MESSAGE))
                .contains("x");
        assertThat(catchThrowable(() -> new Field("u", username, Field.parseMissing("fail")).text(MESSAGE)))
                .isInstanceOf(BadRecord.class)
                .hasMessage("u: the message has no value for ${username}");
        assertThat(catchThrowable(() -> Field.parseMissing("drop")))
                .hasMessageContaining("skip, fail or default:VALUE");
    }

    @Test
    void tellsWhatStandsBetweenItsOwnSlashes() {
        assertThat(Template.parse("a/${topic:-b/c}d//$${e}").segments())
                .containsExactly("a", "${topic:-b/c}d", "", "$${e}");
        assertThat(Template.parse("${key}").segments()).containsExactly("${key}");
    }
}
