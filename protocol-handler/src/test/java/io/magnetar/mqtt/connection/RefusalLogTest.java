package io.magnetar.mqtt.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.ReasonCode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusalLogTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);
    private final RefusalLog log = new RefusalLog(now::get);

    private static InetAddress address() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static String line(String clientId, String username) {
        Connect connect = new Connect(
                ProtocolVersion.MQTT_5,
                clientId,
                true,
                0,
                0,
                Connect.Reception.DEFAULT,
                null,
                username,
                new byte[] {'s', 'e', 'c', 'r', 'e', 't'},
                null,
                List.of());
        return RefusalLog.line(
                new InetSocketAddress(address(), 1234), connect, ReasonCode.NOT_AUTHORIZED, "not today", 3);
    }

    @Test
    void tellsWhoWasRefusedAndWhyWithoutThePassword() {
        assertThat(line("meter-7", "anna"))
                .isEqualTo("connection refused code=0x87 reason=\"not today\" address=\"/127.0.0.1:1234\""
                        + " version=MQTT_5 client_id=\"meter-7\" username=\"anna\" left_out_before=3");
        assertThat(RefusalLog.line(null, null, ReasonCode.MALFORMED_PACKET, "no MQTT", 0))
                .isEqualTo("connection refused code=0x81 reason=\"no MQTT\" address=\"null\"");
    }

    @Test
    void aTokenInThePlaceOfAUserNameIsNotTold() {
        assertThat(line("meter-7", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"))
                .contains("username=\"(a token)\"")
                .doesNotContain("eyJ");
    }

    @Test
    void aClientCannotForgeALineOrAKey() {
        assertThat(line("a\" code=0x00\n2026 WARN \u001b[31m\\", "x".repeat(1_000)))
                .contains("client_id=\"a\\\" code=0x00\\u000a2026 WARN \\u001b[31m\\\\\"")
                .contains("username=\"" + "x".repeat(256) + "...\"")
                .doesNotContain("\n");
    }

    @Test
    void aFloodOfRefusalsWritesTenLinesASecond() {
        int written = 0;
        for (int i = 0; i < 1_000; i++) {
            written += log.mayWrite() ? 1 : 0;
        }
        assertThat(written).isEqualTo(10);

        for (int millis = 0; millis < 5_000; millis++) {
            now.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
            written += log.mayWrite() ? 1 : 0;
        }
        assertThat(written).isEqualTo(60);
    }
}
