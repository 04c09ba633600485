package io.magnetar.mqtt.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.codec.TopicNameText;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MountpointTest {
    private final Mountpoint mountpoint = new Mountpoint("fleetA/");

    @ParameterizedTest
    @CsvSource({
        "a/+/b, fleetA/a/+/b",
        "#, fleetA/#",
        "/, fleetA//",
        "$SYS/#, fleetA/$SYS/#",
        "$share/g/a/#, $share/g/fleetA/a/#",
        "$s/earliest/a/#, $s/earliest/fleetA/a/#",
        "$s/latest//a, $s/latest/fleetA//a",
        "$stream/readings/a/#, $stream/readings/fleetA/a/#",
        "$stream/readings@-15m/a, $stream/readings@-15m/fleetA/a",
        "$stream/readings, $stream/readings/fleetA/#",
        "$stream/readings@earliest, $stream/readings@earliest/fleetA/#",
        "$share/g/$s/earliest/a/#, $share/g/$s/earliest/fleetA/a/#",
        "$share/g/$stream/readings, $share/g/$stream/readings/fleetA/#"
    })
    void theTopicsInAFilterGetThePrefix(String written, String mounted) {
        assertThat(mountpoint.filter(written)).isEqualTo(mounted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "$share/",
                "$share/g",
                "$share/g/",
                "$share/g/$share/h/a",
                "$s/",
                "$s/earliest",
                "$s/earliest/",
                "$stream/r/"
            })
    void whatIsNoFilterIsToBeRefusedAsItIs(String written) {
        assertThat(mountpoint.filter(written)).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fleetA",
                "$share/",
                "a/+/",
                "a/#/",
                "${username}/../${other}/",
                "$s/${username}/",
                "a\u0000/"
            })
    void refusesTemplatesThatAreNone(String written) {
        assertThat(MountpointTemplate.problem(written)).isPresent();
    }

    @Test
    void aTemplateMayHoldWhatIsKnownOfAClient() {
        assertThat(MountpointTemplate.problem("${namespace}/${username}/${clientid}/${cert_cn}/"))
                .isEmpty();
        assertThat(MountpointTemplate.problem("groups/")).isEmpty();
    }

    @Test
    void aTopicNameGetsThePrefix() throws PacketException {
        assertThat(named("a/b").value()).isEqualTo("fleetA/a/b");
        assertThat(named("ä".repeat(200)).value()).isEqualTo("fleetA/" + "ä".repeat(200));
        assertThat(named("b").value()).isEqualTo("fleetA/b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/+", "#", "a\u0000"})
    void aTopicNameThatIsNoneIsRefused(String written) {
        assertThatThrownBy(() -> named(written)).isInstanceOf(PacketException.class);
    }

    @Test
    void aTopicNameThatIsTooLongWithThePrefixIsRefused() {
        assertThatThrownBy(() -> named("a".repeat(65_530))).isInstanceOfSatisfying(PacketException.class, refusal -> {
            assertThat(refusal.reasonCode()).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
            assertThat(refusal.problem()).contains("65528");
        });
    }

    private TopicName named(String written) throws PacketException {
        ByteBuf bytes = Unpooled.wrappedBuffer(written.getBytes(StandardCharsets.UTF_8));
        return mountpoint
                .topicNames((in, index, length) -> {
                    String value = TopicNameText.read(in, index, length, 128);
                    return new TopicName() {
                        @Override
                        public String value() {
                            return value;
                        }

                        @Override
                        public byte[] utf8() {
                            return value.getBytes(StandardCharsets.UTF_8);
                        }
                    };
                })
                .topicName(bytes, 0, bytes.readableBytes());
    }
}
