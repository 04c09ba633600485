package io.magnetar.it.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import io.magnetar.it.client.RawClient.RawPacket;
import java.io.IOException;

/** Clients whose sessions outlive their connections. Stateless. */
public final class DurableClients {
    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final long EXPIRY_SECONDS = 3_600;

    private DurableClients() {}

    /** A connected client that takes up its session, if there is one. */
    public static Device durable(int port, String clientId) {
        return Device.connect(
                port,
                clientId,
                Mqtt5Connect.builder()
                        .cleanStart(false)
                        .sessionExpiryInterval(EXPIRY_SECONDS)
                        .build());
    }

    /** CONNECT of MQTT 5 with a session expiry interval. */
    public static byte[] connect5(String clientId, boolean cleanStart, long expirySeconds) {
        return RawClient.packet(
                0x10, "MQTT", 5, cleanStart ? 0x02 : 0x00, 0, 60, 5, 0x11, fourBytes(expirySeconds), clientId);
    }

    public static byte[] fourBytes(long value) {
        return new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value};
    }

    /** Sends CONNECT and returns the CONNACK, which must be a good one. */
    public static RawPacket connect(RawClient client, byte[] connect) throws IOException {
        RawPacket connAck = client.send(connect).read();
        assertThat(connAck.type()).isEqualTo(CONNACK);
        assertThat(connAck.at(1)).isZero();
        return connAck;
    }

    public static boolean sessionPresent(RawPacket connAck) {
        return connAck.at(0) == 1;
    }

    /** The packet identifier of a PUBLISH of QoS 1 or 2. */
    public static byte[] packetId(RawPacket publish) {
        assertThat(publish.type()).isEqualTo(PUBLISH);
        int topic = (publish.at(0) << 8) | publish.at(1);
        return new byte[] {publish.body()[2 + topic], publish.body()[3 + topic]};
    }

    /** The payload of an MQTT 5 PUBLISH of QoS 1 or 2 with a short property section. */
    public static String text(RawPacket publish) {
        assertThat(publish.type()).isEqualTo(PUBLISH);
        int topic = (publish.at(0) << 8) | publish.at(1);
        int begin = 2 + topic + 2 + 1 + publish.at(4 + topic);
        return new String(publish.body(), begin, publish.body().length - begin, UTF_8);
    }
}
