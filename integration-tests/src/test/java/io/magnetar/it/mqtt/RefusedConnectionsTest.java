package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.it.client.RawClient;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an operator reads about connections that are refused. */
@ExtendWith(MqttExtension.class)
class RefusedConnectionsTest {
    private static final String LOGGER = "io.magnetar.mqtt.connection.RefusalLog";

    private final Lines lines = new Lines();

    private static final class Lines extends AbstractAppender {
        final List<String> messages = new CopyOnWriteArrayList<>();

        Lines() {
            super("lines", null, null, true, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            messages.add(event.getMessage().getFormattedMessage());
        }
    }

    @BeforeEach
    void listen() {
        Configurator.setLevel(LOGGER, Level.INFO);
        lines.start();
        ((Logger) LogManager.getLogger(LOGGER)).addAppender(lines);
    }

    @AfterEach
    void stop() {
        ((Logger) LogManager.getLogger(LOGGER)).removeAppender(lines);
        Configurator.setLevel(LOGGER, Level.WARN);
    }

    @Test
    void hasALineForEachWithTheReason(MqttBroker broker) throws Exception {
        try (RawClient version6 = new RawClient(broker.port());
                RawClient badClientId = new RawClient(broker.port());
                RawClient noMqtt = new RawClient(broker.port())) {
            version6.send(RawClient.packet(0x10, "MQTT", 6, 2, 0, 60, "refused-six"))
                    .readUntilClosed();
            badClientId
                    .send(RawClient.packet(0x10, "MQTT", 5, 0x82, 0, 60, 0, "tab\t", "anna"))
                    .readUntilClosed();
            noMqtt.send(RawClient.bytes("GET / HTTP/1.1".getBytes(UTF_8))).readUntilClosed();

            Awaitility.await().untilAsserted(() -> assertThat(lines.messages).hasSize(3));
            assertThat(lines.messages.get(0)).contains("code=0x84").contains("address=\"/127.0.0.1:");
            assertThat(lines.messages.get(1))
                    .contains("code=0x85")
                    .contains("client_id=\"tab\\u0009\"")
                    .contains("username=\"anna\"");
            assertThat(lines.messages.get(2)).contains("reason=\"");
        }
    }

    @Test
    void hasALineForOneThatAListenerHasNoRoomFor(EmbeddedPulsar pulsar) throws Exception {
        Map<String, String> settings = Map.of("mqttListeners", "mqtt://127.0.0.2:0?maxConnections=1");
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings)) {
            int port = URI.create(broker.status().get().path("listeners").get(1).asText())
                    .getPort();
            try (RawClient first = new RawClient(new Socket("127.0.0.2", port));
                    Socket socket = new Socket("127.0.0.2", port);
                    RawClient second = new RawClient(socket)) {
                assertThat(second.readUntilClosed()).isZero();
                assertThat(first.send(RawClient.connect5("refused-first", 60))
                                .read()
                                .at(1))
                        .isZero();

                Awaitility.await()
                        .untilAsserted(() -> assertThat(lines.messages).hasSize(1));
                assertThat(lines.messages.get(0))
                        .isEqualTo("connection refused code=0x97 reason=\"the listener has at most 1 connections\""
                                + " address=\"/127.0.0.1:" + socket.getLocalPort() + "\"");
            }
        }
    }
}
