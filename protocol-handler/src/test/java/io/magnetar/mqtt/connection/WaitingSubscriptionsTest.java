package io.magnetar.mqtt.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a durable session's client subscribes to waits to be recorded: how much of it may wait. At most 10 subscriptions are allowed. */
class WaitingSubscriptionsTest {
    private static final byte[] CONNECT_311 = packet(0x10, "MQTT", 4, 0, 0, 0, "waiting");
    private static final byte[] CONNECT_5 = packet(0x10, "MQTT", 5, 0, 0, 0, 5, 0x11, 0, 0, 0, 60, "waiting");

    private final FuzzedBroker broker = new FuzzedBroker(new Random(1));
    private final EmbeddedChannel client = broker.connect();

    /** Joins bytes, arrays of them, and strings behind their lengths. */
    private static byte[] bytes(Object... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Object part : parts) {
            if (part instanceof Integer one) {
                out.write(one);
            } else if (part instanceof String text) {
                out.write(text.length() >> 8);
                out.write(text.length());
                out.writeBytes(text.getBytes(UTF_8));
            } else {
                out.writeBytes((byte[]) part);
            }
        }
        return out.toByteArray();
    }

    private static byte[] packet(int header, Object... parts) {
        byte[] body = bytes(parts);
        return bytes(header, body.length | 0x80, body.length >> 7, body);
    }

    private void settle() {
        for (int i = 0; i < 10; i++) {
            broker.work(false);
        }
    }

    private void connect(byte[] connect) {
        broker.send(client, connect);
        settle();
    }

    /** Sends packets that arrive with one read. */
    private void send(byte[] packets) {
        broker.send(client, packets);
    }

    @Test
    void isNotReadWhileAHundredFiltersWait() {
        connect(CONNECT_311);
        Object[] packets = new Object[300];
        Arrays.setAll(packets, i -> packet(0x82, 0, i + 1 & 0x7F, "f/" + i % 5, 0));

        send(bytes(Arrays.copyOf(packets, 99)));
        assertThat(client.config().isAutoRead()).isTrue();
        settle();
        send(bytes(Arrays.copyOf(packets, 120)));
        assertThat(client.config().isAutoRead()).isFalse();

        settle();

        assertThat(client.config().isAutoRead()).isTrue();
        assertThat(broker.sent(client).subAcks()).hasSize(99 + 120);
    }

    @Test
    void isNotReadWhileAHundredFiltersWaitToBeForgotten() {
        connect(CONNECT_311);
        Object[] packets = new Object[120];
        Arrays.setAll(packets, i -> i % 2 == 0 ? packet(0x82, 0, i + 1, "f/x", 0) : packet(0xA2, 0, i + 1, "f/x"));

        send(bytes(packets));
        assertThat(client.config().isAutoRead()).isFalse();

        settle();
        assertThat(client.config().isAutoRead()).isTrue();
        assertThat(broker.sent(client).subAcks()).hasSize(60);
    }

    @Test
    void aFilterThatAPacketRepeatsIsRecordedOnce() {
        connect(CONNECT_311);
        int before = broker.recorded();
        Object[] filters = new Object[400];
        Arrays.setAll(filters, i -> i % 2 == 0 ? "f" : i % 4 / 2);

        send(packet(0x82, 0, 1, bytes(filters)));
        assertThat(client.config().isAutoRead()).as("one filter waits").isTrue();
        settle();

        assertThat(broker.recorded() - before).isOne();
        byte[] subAck = broker.sent(client).subAcks().get(0);
        assertThat(subAck).hasSize(2 + 200);
        for (int i = 0; i < 200; i++) {
            assertThat(subAck[2 + i]).isEqualTo((byte) (i % 2)); // [MQTT-3.8.4-6]
        }
    }

    @Test
    void countsThoseThatAreStillBeingMade() {
        connect(CONNECT_5);
        Object[] filters = new Object[30];
        Arrays.setAll(filters, i -> i % 2 == 0 ? "$stream/awaited-" + i : 0);
        byte[] wait = bytes(0x26, "stream-wait", "true");

        send(packet(0x82, 0, 1, wait.length, wait, bytes(filters)));
        settle();

        byte[] subAck = broker.sent(client).subAcks().get(0);
        byte[] codes = Arrays.copyOfRange(subAck, 3 + subAck[2], subAck.length);
        byte[] expected = new byte[15];
        Arrays.fill(expected, 10, 15, (byte) 0x97);
        assertThat(codes).isEqualTo(expected);
    }
}
