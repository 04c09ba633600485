package io.magnetar.it.listener;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.client.CertificateAuthority;
import io.magnetar.it.client.CertificateAuthority.Issued;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.WebSocketClient;
import io.magnetar.it.mqtt.MqttBroker;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code proxyProtocol=required}: every connection says for whom it was opened, before anything else. */
@ExtendWith(PulsarExtension.class)
class ProxyProtocolTest {
    private static final int CONNACK = 2;
    private static final byte[] V2_SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};

    @TempDir
    static Path directory;

    private static CertificateAuthority authority;
    private static MqttBroker broker;

    @BeforeAll
    static void start(EmbeddedPulsar pulsar) throws Exception {
        authority = new CertificateAuthority(directory, "authority");
        Issued server = authority.issue("server");
        broker = MqttBroker.start(
                pulsar.broker(),
                Map.of(
                        "mqttBanned",
                        "address:192.0.2.0/24",
                        "mqttListeners",
                        Stream.of("mqtts", "ws", "wss")
                                .map(scheme -> scheme + "://127.0.0.1:0?proxyProtocol=required")
                                .reduce("mqtt://127.0.0.2:0?proxyProtocol=required", (all, one) -> all + "," + one),
                        "mqttTlsCertificateFile",
                        server.certificateFile().toString(),
                        "mqttTlsKeyFile",
                        server.keyFile().toString()));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static byte[] v1(String header) {
        return (header + "\r\n").getBytes(US_ASCII);
    }

    private static byte[] v2(int command, int family, byte[] addresses) {
        return RawClient.bytes(
                V2_SIGNATURE, command, family, addresses.length >> 8, addresses.length & 0xFF, addresses);
    }

    static Stream<Arguments> headers() {
        byte[] v4 = {(byte) 203, 0, 113, 9, 10, 0, 0, 1, 0x12, 0x34, 0x07, 0x5B};
        byte[] v6 = new byte[36];
        v6[0] = 0x20;
        v6[1] = 0x01;
        byte[] certificate =
                RawClient.bytes(v4, 0x20, 0, 5 + 3 + 6, 7, 0, 0, 0, 0, 0x22, 0, 6, "device".getBytes(US_ASCII));
        return Stream.of(
                Arguments.of("version 1, IPv4", v1("PROXY TCP4 203.0.113.9 10.0.0.1 4660 1883")),
                Arguments.of("version 1, IPv6", v1("PROXY TCP6 2001:db8::9 2001:db8::1 4660 1883")),
                Arguments.of("version 1, of the proxy itself", v1("PROXY UNKNOWN")),
                Arguments.of("version 2, IPv4", v2(0x21, 0x11, v4)),
                Arguments.of("version 2, IPv6", v2(0x21, 0x21, v6)),
                Arguments.of("version 2, with a certificate's name", v2(0x21, 0x11, certificate)),
                Arguments.of("version 2, of the proxy itself", v2(0x20, 0x00, new byte[0])),
                Arguments.of("version 2, of the proxy itself, with addresses", v2(0x20, 0x11, v4)),
                Arguments.of("version 2, of the proxy itself, with paths", v2(0x20, 0x31, paths())));
    }

    /** The addresses of AF_UNIX: two paths of up to 108 bytes. */
    private static byte[] paths() {
        byte[] path = "/run/client.sock".getBytes(US_ASCII);
        return RawClient.bytes(path, new byte[108 - path.length], new byte[108]);
    }

    private static Socket open(String host, int port) throws IOException {
        return new Socket(InetAddress.getByName(host), port);
    }

    private static int port(String listener) throws Exception {
        for (var name : broker.status().get().path("listeners")) {
            if (name.asText().startsWith(listener)) {
                return java.net.URI.create(name.asText()).getPort();
            }
        }
        throw new AssertionError("there is no listener " + listener);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void servesAClientBehindAHeader(String what, byte[] header) throws Exception {
        try (RawClient client = new RawClient(open("127.0.0.2", port("mqtt://127.0.0.2")))) {
            client.send(RawClient.bytes(header, RawClient.connect5("proxied", 60)));

            assertThat(client.read().type()).isEqualTo(CONNACK);
        }
    }

    @Test
    void takesNoAddressFromAProxyThatSpeaksForItself() throws Exception {
        byte[] banned = {(byte) 192, 0, 2, 7, 10, 0, 0, 1, 0x12, 0x34, 0x07, 0x5B};
        try (RawClient client = new RawClient(open("127.0.0.2", port("mqtt://127.0.0.2")))) {
            client.send(RawClient.bytes(v2(0x21, 0x11, banned), RawClient.connect5("of-a-client", 60)));
            assertThat(client.read().at(1)).isEqualTo(0x8A);
        }
        try (RawClient client = new RawClient(open("127.0.0.2", port("mqtt://127.0.0.2")))) {
            client.send(RawClient.bytes(v2(0x20, 0x11, banned), RawClient.connect5("of-the-proxy", 60)));
            assertThat(client.read().at(1)).isZero();
        }
    }

    @Test
    void servesAHeaderThatArrivesByteByByte() throws Exception {
        try (RawClient client = new RawClient(open("127.0.0.2", port("mqtt://127.0.0.2")))) {
            for (byte one : RawClient.bytes(
                    v1("PROXY TCP4 203.0.113.9 10.0.0.1 4660 1883"), RawClient.connect5("slow-proxy", 60))) {
                client.send(new byte[] {one});
            }

            assertThat(client.read().type()).isEqualTo(CONNACK);
        }
    }

    @Test
    void findsTlsAndWebSocketBehindTheHeader() throws Exception {
        byte[] header = v1("PROXY TCP4 203.0.113.9 10.0.0.1 4660 1883");
        try (RawClient client = new RawClient(tls(port("mqtts"), header))) {
            assertThat(client.send(RawClient.connect5("proxied-tls", 60)).read().type())
                    .isEqualTo(CONNACK);
        }
        try (WebSocketClient client = new WebSocketClient(tls(port("wss"), header))) {
            assertThat(client.open()
                            .send(RawClient.connect5("proxied-wss", 60))
                            .read()
                            .type())
                    .isEqualTo(CONNACK);
        }
        try (WebSocketClient client = new WebSocketClient(port("ws"))) {
            client.sendRaw(header);
            assertThat(client.open()
                            .send(RawClient.connect5("proxied-ws", 60))
                            .read()
                            .type())
                    .isEqualTo(CONNACK);
        }
    }

    private static Socket tls(int port, byte[] header) throws Exception {
        Socket plain = open("127.0.0.1", port);
        plain.getOutputStream().write(header);
        SSLSocket socket =
                (SSLSocket) authority.client(null).getSocketFactory().createSocket(plain, "127.0.0.1", port, true);
        socket.startHandshake();
        return socket;
    }

    @Test
    void closesConnectionsThatDoNotSayWhoseTheyAre() throws Exception {
        for (byte[] begin : new byte[][] {
            RawClient.connect5("no-header", 60),
            v1("PROXY TCP4 nowhere 10.0.0.1 4660 1883"),
            v1("PROXY " + "x".repeat(200)),
            v2(0x2F, 0x11, new byte[12]),
            v2(0x21, 0x11, new byte[6]),
            v2(0x21, 0x11, new byte[20_000]),
            v2(0x21, 0x31, paths()),
            v2(0x21, 0x32, paths())
        }) {
            try (RawClient client = new RawClient(open("127.0.0.2", port("mqtt://127.0.0.2")))) {
                client.send(begin);
                client.send(RawClient.connect5("behind-no-header", 60));

                assertThat(client.readUntilClosed()).isZero();
            } catch (IOException closed) {
                // Before all was sent.
            }
        }
    }
}
