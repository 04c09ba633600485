package io.magnetar.mqtt.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.listener.TlsSettings;
import io.magnetar.mqtt.listener.TlsSettings.ClientAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenerReaderTest {
    @TempDir
    Path directory;

    private final Properties properties = new Properties();
    private final List<String> problems = new ArrayList<>();
    private Path certificate;
    private Path key;

    @BeforeEach
    void makeFiles() throws IOException {
        certificate = Files.createFile(directory.resolve("chain.pem"));
        key = Files.createFile(directory.resolve("a+b key.pem"));
    }

    private List<Listener> read(String written) {
        return new ListenerReader(new TlsReader(properties, problems::add), problems::add).read(written);
    }

    private void certify() {
        properties.setProperty("mqttTlsCertificateFile", certificate.toString());
        properties.setProperty("mqttTlsKeyFile", key.toString());
    }

    @Test
    void readsEverySchemeWithItsOptions() {
        certify();

        List<Listener> listeners =
                read("mqtt://0.0.0.0:1883, mqtts://127.0.0.1:8883?maxConnections=10000&connectionRate=500,"
                        + "ws://[::1]:8083,wss://0.0.0.0:8084/devices/mqtt?proxyProtocol=required");

        assertThat(problems).isEmpty();
        assertThat(listeners)
                .extracting(Listener::name)
                .containsExactly(
                        "mqtt://0.0.0.0:1883",
                        "mqtts://127.0.0.1:8883",
                        "ws://[0:0:0:0:0:0:0:1]:8083/mqtt",
                        "wss://0.0.0.0:8084/devices/mqtt");
        assertThat(listeners)
                .extracting(Listener::maxConnections)
                .containsExactly(Listener.UNLIMITED, 10_000, Listener.UNLIMITED, Listener.UNLIMITED);
        assertThat(listeners)
                .extracting(Listener::connectionRate)
                .containsExactly(Listener.UNLIMITED, 500, Listener.UNLIMITED, Listener.UNLIMITED);
        assertThat(listeners).extracting(Listener::proxied).containsExactly(false, false, false, true);
    }

    @Test
    void aListenersOwnTlsComesBeforeTheKeysAndTheKeysBeforeTheBrokers() throws IOException {
        Path own = Files.createFile(directory.resolve("own.pem"));
        properties.setProperty("tlsCertificateFilePath", certificate.toString());
        properties.setProperty("tlsKeyFilePath", own.toString());
        properties.setProperty("mqttTlsKeyFile", key.toString());
        properties.setProperty("mqttTlsTrustFile", certificate.toString());
        properties.setProperty("mqttTlsClientAuth", "want");

        List<Listener> listeners = read("mqtts://0.0.0.0:1,mqtts://0.0.0.0:2?clientAuth=require&certificateFile="
                + own.toString().replace(" ", "%20"));

        assertThat(problems).isEmpty();
        TlsSettings first = Objects.requireNonNull(listeners.get(0).tls());
        TlsSettings second = Objects.requireNonNull(listeners.get(1).tls());
        assertThat(first.certificateFile()).isEqualTo(certificate);
        assertThat(first.keyFile()).isEqualTo(key);
        assertThat(first.clientAuth()).isEqualTo(ClientAuth.WANT);
        assertThat(second.certificateFile()).isEqualTo(own);
        assertThat(second.clientAuth()).isEqualTo(ClientAuth.REQUIRE);
        assertThat(first.protocols()).containsExactly("TLSv1.2", "TLSv1.3");
    }

    @Test
    void readsFileNamesWithASpaceAndAPlus() {
        properties.setProperty("mqttTlsCertificateFile", certificate.toString());

        List<Listener> listeners =
                read("mqtts://0.0.0.0:1?keyFile=" + key.toString().replace(" ", "%20"));

        assertThat(problems).isEmpty();
        assertThat(Objects.requireNonNull(listeners.get(0).tls()).keyFile()).isEqualTo(key);
    }

    @Test
    void namesAllThatIsWrongAtOnce() {
        properties.setProperty("mqttTlsProtocols", "TLSv1.1,TLSv1.2");
        properties.setProperty("mqttTlsClientAuth", "maybe");
        properties.setProperty("mqttTlsProvider", "mine");

        read(
                "mqtts://0.0.0.0:1,mqtt://0.0.0.0:2/path?maxConnections=0&proxyProtocol=optional&color=blue&clientAuth=none,"
                        + "ws://0.0.0.0:3?connectionRate&maxConnections=1&maxConnections=2,"
                        + "mqtts://0.0.0.0:4?certificateFile=/nowhere&clientAuth=require,mqtt://0.0.0.0:1,ftp://x:1,mqtt://no%20host:1");

        assertThat(String.join("\n", problems))
                .contains("mqttTlsProtocols=TLSv1.1,TLSv1.2: TLSv1.2, TLSv1.3 or both are needed")
                .contains("mqttTlsClientAuth=maybe: none, want, require is needed")
                .contains("mqttTlsProvider=mine: auto, openssl, jdk is needed")
                .contains(
                        "'mqtts://0.0.0.0:1' needs a certificate and its key: mqttTlsCertificateFile and mqttTlsKeyFile")
                .contains("has no path, only WebSockets have one")
                .contains("has maxConnections=0: a whole number from 1 is needed")
                .contains("has proxyProtocol=optional: off or required is needed")
                .contains("has no option color")
                .contains("has no option clientAuth")
                .contains("has 'connectionRate' where <option>=<value> is needed")
                .contains("has the option maxConnections twice")
                .contains("needs the file /nowhere, which cannot be read")
                .contains("asks for client certificates and trusts none: mqttTlsTrustFile is needed")
                .contains("'ftp://x:1' is no listener")
                .contains("'mqtt://no%20host:1' is no listener");
    }

    @Test
    void refusesTwoListenersOfOneAddress() {
        read("mqtt://0.0.0.0:1883,ws://0.0.0.0:1883");

        assertThat(problems).containsExactly("mqttListeners: 'ws://0.0.0.0:1883' has the address of another");
    }

    @Test
    void thePasswordOfAKeyMayBeInAFile(@TempDir Path secrets) throws Exception {
        certify();
        Path file = Files.writeString(secrets.resolve("password"), "s3cret\n");
        properties.setProperty("mqttTlsKeyPassword", "file:" + file);

        assertThat(Objects.requireNonNull(read("mqtts://0.0.0.0:1").get(0).tls())
                        .keyPassword())
                .isEqualTo("s3cret");

        properties.setProperty("mqttTlsKeyPassword", "file:/nowhere");
        read("mqtts://0.0.0.0:1");
        assertThat(problems)
                .containsExactly("mqttListeners: 'mqtts://0.0.0.0:1' has mqttTlsKeyPassword: the file /nowhere cannot"
                        + " be read");
    }

    @Test
    void tellsNobodyThePasswordOfAKey() {
        certify();
        properties.setProperty("mqttTlsKeyPassword", "s3cret");

        List<Listener> listeners = read("mqtts://0.0.0.0:1");

        assertThat(Objects.requireNonNull(listeners.get(0).tls()).keyPassword()).isEqualTo("s3cret");
        assertThat(listeners.toString()).doesNotContain("s3cret");
    }
}
