package io.magnetar.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class ConnAckTest {
    @Test
    void version3HasACodeAndNoLimit() {
        assertThat(read(MqttVersion.V3_1_1, "0005")).isEqualTo(new ConnAck(5, 65_535));
    }

    @Test
    void findsTheReceiveMaximumAmongOtherProperties() {
        String assignedClientId = "120003616263";
        String topicAliasMaximum = "22000a";
        String userProperty = "26000161000162";
        String receiveMaximum = "210014";
        String maximumQos = "2401";
        String properties = assignedClientId + topicAliasMaximum + userProperty + receiveMaximum + maximumQos;
        String length = String.format("%02x", properties.length() / 2);

        assertThat(read(MqttVersion.V5, "0000" + length + properties)).isEqualTo(new ConnAck(0, 20));
    }

    @Test
    void aPropertyThatIsNoneIsAnError() {
        assertThatThrownBy(() -> read(MqttVersion.V5, "0000027f00")).isInstanceOf(MalformedPacket.class);
    }

    private static ConnAck read(MqttVersion version, String hex) {
        ByteBuf in = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("20" + "00" + hex));
        return ConnAck.read(version, in, 2, hex.length() / 2);
    }
}
