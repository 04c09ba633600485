package io.magnetar.mqtt.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.listener.Listener;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationReaderTest {
    private static final int MAX_MESSAGE_SIZE = 5 * 1024 * 1024;

    private static MqttConfiguration read(String... keysAndValues) {
        Properties properties = new Properties();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            properties.setProperty(keysAndValues[i], keysAndValues[i + 1]);
        }
        return ConfigurationReader.read(properties, MAX_MESSAGE_SIZE);
    }

    @Test
    void everyDefaultIsValid() {
        MqttConfiguration configuration = read();

        assertThat(configuration.listeners()).extracting(Listener::name).containsExactly("mqtt://0.0.0.0:1883");
        assertThat(configuration.http()).isEqualTo(new InetSocketAddress("0.0.0.0", 18083));
        assertThat(configuration.connect().maxPacketSize()).isEqualTo(1_048_576);
        assertThat(configuration.ioThreads()).isPositive();
    }

    @Test
    void readsSeveralListenersAndKeysOfOthersAreNotItsBusiness() {
        MqttConfiguration configuration = read(
                "mqttListeners",
                "mqtt://127.0.0.1:1883, mqtt://[::1]:1884",
                "brokerServicePort",
                "6650",
                "mqttHttpPort",
                "");

        assertThat(configuration.listeners())
                .extracting(Listener::name)
                .containsExactly("mqtt://127.0.0.1:1883", "mqtt://[0:0:0:0:0:0:0:1]:1884");
        assertThat(configuration.http().getPort()).isEqualTo(18_083);
    }

    @Test
    void namesAllThatIsWrongAtOnce() {
        assertThatThrownBy(() -> read(
                        "mqttListeners", "mqtt://0.0.0.0:1883,tcp://x:1,mqtt://y",
                        "mqttMaxPacketSize", "many",
                        "mqttReceiveMaximum", "0",
                        "mqttTenants", "(",
                        "mqttBrokerName", "broker one",
                        "mqttBanned", "client-id:x, address:localhost, mallory",
                        "mqttStreamCreators", "client-id:x-*, mallory",
                        "mqttStreamTemplate", "{\"properties\": {\"mqtt.key\": \"colour\"}}",
                        "mqttMaxPaketSize", "1"))
                .isInstanceOf(MqttConfiguration.InvalidException.class)
                .hasMessageContaining("'tcp://x:1' is no listener")
                .hasMessageContaining("'mqtt://y' is no listener")
                .hasMessageContaining("mqttMaxPacketSize=many: a whole number from 1024 to")
                .hasMessageContaining("mqttReceiveMaximum=0: a whole number from 1 to 65535")
                .hasMessageContaining("mqttTenants=(: no regular expression")
                .hasMessageContaining("mqttBrokerName=broker one: up to 200 letters, digits and .:_- are needed")
                .hasMessageContaining("mqttBanned: 'address:localhost' is not client-id:<id>, username:<name> or")
                .hasMessageContaining("mqttBanned: 'mallory' is not")
                .hasMessageContaining("mqttStreamCreators: 'mallory' is not client-id:<pattern> or username:<pattern>")
                .hasMessageContaining("mqttStreamTemplate: mqtt.key=colour is no key")
                .hasMessageContaining("mqttMaxPaketSize: there is no such key");
    }

    @Test
    void knowsWhoMayMakeStreamsAndWhatTheseAreLike() {
        StreamSettings streams = read(
                        "mqttStreamCreators",
                        "client-id:job.*-1, username:ops",
                        "mqttStreamTemplate",
                        "{\"partitions\": 4, \"properties\": {\"mqtt.key\": \"topic[1]\"}}")
                .streams();

        assertThat(mayCreate(streams, "job.x-1", null)).isTrue();
        assertThat(mayCreate(streams, "jobx-1", null)).isFalse();
        assertThat(mayCreate(streams, null, "ops")).isTrue();
        assertThat(mayCreate(streams, "ops", "job.x-1")).isFalse();
        assertThat(streams.template().partitions()).isEqualTo(4);
        assertThat(read().streams().creators()).as("nobody").isNull();
    }

    private static boolean mayCreate(StreamSettings streams, @Nullable String clientId, @Nullable String username) {
        Publisher client = new Publisher(new Namespace("public"), clientId, username);
        return Objects.requireNonNull(streams.creators())
                .mayCreate(client, new TopicFilter("#"))
                .join();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4",
                "{\"partitions\": \"4\"}",
                "{\"partitions\": 0}",
                "{\"partition\": 4}",
                "{\"properties\": {\"mqtt.filter\": \"#\"}}",
                "{"
            })
    void refusesATemplateThatNoStreamCanBeMadeFrom(String template) {
        assertThatThrownBy(() -> read("mqttStreamTemplate", template)).hasMessageContaining("mqttStreamTemplate: ");
    }

    @Test
    void refusesPacketsThatNoLogCouldTake() {
        assertThatThrownBy(() -> read("mqttMaxPacketSize", Integer.toString(MAX_MESSAGE_SIZE)))
                .hasMessageContaining("must fit the broker's maxMessageSize=" + MAX_MESSAGE_SIZE);
    }
}
