package io.magnetar.stream.key;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import io.magnetar.tenancy.Namespace;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamKeysTest {
    private static final String PAYLOAD = """
            {"device": {"id": "d-7", "serial": 1234567890123, "ok": true, "none": null}, "tags": ["a", "b"], "t": 21.5, "empty": ""}
            """;

    @ParameterizedTest
    @CsvSource({
        "client-id, station",
        "username, operator",
        "topic, sensors/7/readings",
        "topic[0], sensors",
        "topic[1], 7",
        "topic[2], readings",
        "user-property:site, north",
        "payload:$.device.id, d-7",
        "payload:$['device']['id'], d-7",
        "payload:$.device.serial, 1234567890123",
        "payload:$.device.ok, true",
        "payload:$.tags[1], b",
        "payload:$.t, 21.5",
    })
    void findsTheKey(String name, String key) {
        assertThat(key(name).of(message("sensors/7/readings", PAYLOAD))).isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "client_id + '/' + username | station/operator",
                "topic.split('/')[1] | 7",
                "topic.startsWith('sensors/') ? client_id : topic | station",
                "user_properties['site'] | north",
                "'site' in user_properties && user_properties['site'] == 'north' | true",
                "json.device.id | d-7",
                "json.device.serial + 1 | 1234567890124",
                "has(json.device.model) ? json.device.model : json.tags[0] | a",
                "json.device.none == null | true",
                "json.t > 20.0 ? 'warm' : 'cold' | warm",
                "string(qos) + (retain ? 'r' : '-') + string(ts) | 1r17",
                "payload.size() > 10 | true",
                "content_type == '' && response_topic == '' | true",
                "uint(7) | 7",
                "topic.matches('^sensors/[0-9]+/readings$') ? topic.substring(8, 9) : '' | 7",
            })
    void evaluatesAnExpression(String expression, String key) {
        assertThat(key("cel:" + expression).of(message("sensors/7/readings", PAYLOAD)))
                .isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "topic[3]",
                "topic[127]",
                "user-property:color",
                "payload:$.nothing",
                "payload:$.device",
                "payload:$.tags",
                "payload:$.device.none",
                "payload:$.empty",
                "payload:$.tags[7]",
                "cel:json.nothing",
                "cel:json.tags[7]",
                "cel:json.device",
                "cel:user_properties['color']",
                "cel:1 / (qos - 1)",
                "cel:''",
            })
    void aMessageMayHaveNone(String name) {
        assertThat(key(name).of(message("sensors/7/readings", PAYLOAD))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"payload:$.a", "cel:json.a"})
    void whatIsNoJsonHasNone(String name) {
        assertThat(key(name).of(message("a", "21.5"))).isNull();
        assertThat(key(name).of(message("a", ""))).isNull();
        assertThat(key(name).of(message("a", "{\"a\": "))).isNull();
        assertThat(key(name).of(message("a", "[".repeat(100_000)))).isNull();
        assertThat(key(name).of(message("a", "\u0000\uFFFD"))).isNull();
    }

    @Test
    void aMessageOfNoClientHasNoneOfItsOwn() {
        assertThat(key("client-id").of(anonymous())).isNull();
        assertThat(key("username").of(anonymous())).isNull();
        assertThat(key("cel:client_id").of(anonymous())).isNull();
        assertThat(key("topic[0]").of(anonymous())).as("an empty level").isNull();
        assertThat(key("topic[1]").of(anonymous())).isEqualTo("x");
    }

    @Test
    void noKeyIsLongerThanATopicMayBe() {
        String longest = "k".repeat(StreamKeys.MAX_LENGTH);

        assertThat(key("payload:$.k").of(message("a", "{\"k\": \"" + longest + "\"}")))
                .isEqualTo(longest);
        assertThat(key("payload:$.k").of(message("a", "{\"k\": \"" + longest + "k\"}")))
                .isNull();
        assertThat(key("cel:json.k").of(message("a", "{\"k\": \"" + longest + "k\"}")))
                .isNull();
    }

    @Test
    void anExpressionThatLoopsForLongHasNone() {
        String numbers = "[" + "1,".repeat(5_000) + "1]";

        assertThat(key("cel:json.all(n, n == 1)").of(message("a", numbers))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "client-id",
                "username",
                "topic",
                "topic[0]",
                "topic[12]",
                "user-property:site",
                "user-property:a:b",
                "payload:$.a",
                "cel:topic + client_id"
            })
    void saysItsName(String name) {
        assertThat(key(name)).hasToString(name).isEqualTo(key(name)).hasSameHashCodeAs(key(name));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Topic | it is client-id, username, topic, topic[N] with N from 0 to 127, user-property:NAME",
                "topic[] | it is client-id",
                "topic[-1] | it is client-id",
                "topic[1 | it is client-id",
                "topic[128] | it is client-id",
                "topic[9999] | it is client-id",
                "user-property: | it is client-id",
                "payload: | is no JSON path",
                "payload:$..id | must begin with $ and name one place",
                "payload:$.tags[*] | must begin with $ and name one place",
                "payload:device.id | must begin with $ and name one place",
                "payload:$.a[b | is no JSON path",
                "cel: | is no CEL expression",
                "cel:topic + | is no CEL expression",
                "cel:nothing | undeclared reference to 'nothing'",
                "cel:[topic] | must give a text, a number or a truth value, not",
            })
    void refusesAnyOtherName(String name, String reason) {
        assertThat(StreamKeys.parse(name))
                .isInstanceOfSatisfying(
                        StreamKeys.Refused.class,
                        refused -> assertThat(refused.reason()).contains(reason));
    }

    private static StreamKey key(String name) {
        return ((StreamKeys.Valid) StreamKeys.parse(name)).key();
    }

    private static Message message(String topic, String payload) {
        List<UserProperty> properties = List.of(new UserProperty("site", "north"), new UserProperty("site", "south"));
        return message(topic, payload, "station", "operator", properties);
    }

    private static Message anonymous() {
        return message("/x", "", null, null, List.of());
    }

    private static Message message(
            String topic,
            String payload,
            @Nullable String clientId,
            @Nullable String username,
            List<UserProperty> properties) {
        return new Message(
                topic,
                payload.getBytes(UTF_8),
                Qos.AT_LEAST_ONCE,
                true,
                MessageProperties.NONE.withUserProperties(properties),
                new Publisher(new Namespace("public"), clientId, username),
                17);
    }
}
