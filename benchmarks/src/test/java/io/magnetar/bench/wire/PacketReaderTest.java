package io.magnetar.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class PacketReaderTest {
    private final List<String> packets = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(new PacketReader() {
        @Override
        protected void packet(ChannelHandlerContext ctx, int firstByte, ByteBuf in, int body, int length) {
            packets.add(firstByte + ":" + ByteBufUtil.hexDump(in, body, length));
        }
    });

    @RepeatedTest(10)
    void cutsTheSamePacketsWhereverTheBytesAreSplit(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        ByteBuf wire = Unpooled.buffer();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            byte[] body = new byte[random.nextInt(10) == 0 ? random.nextInt(40_000) : random.nextInt(300)];
            random.nextBytes(body);
            int firstByte = random.nextInt(256);
            wire.writeByte(firstByte);
            VariableInt.write(wire, body.length);
            wire.writeBytes(body);
            expected.add(firstByte + ":" + ByteBufUtil.hexDump(body));
        }
        int longest = 20 + random.nextInt(2_000);
        while (wire.isReadable()) {
            int count = Math.min(wire.readableBytes(), 1 + random.nextInt(longest));
            channel.writeInbound(Unpooled.buffer().writeBytes(wire, count));
        }

        assertThat(packets).as("seed %d", repetition.getCurrentRepetition()).isEqualTo(expected);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void aLengthOfFiveBytesIsNoMqtt() {
        assertThatThrownBy(() -> channel.writeInbound(Unpooled.wrappedBuffer(
                        new byte[] {0x30, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 1})))
                .isInstanceOf(MalformedPacket.class);
        assertThat(packets).isEmpty();
    }

    @Test
    void halfAPacketIsReleasedWithItsConnection() {
        ByteBuf half = channel.alloc().buffer().writeBytes(new byte[] {0x30, 10, 1, 2});
        channel.writeInbound(half);

        channel.finish();

        assertThat(half.refCnt()).isZero();
        assertThat(packets).isEmpty();
    }
}
