package io.magnetar.it.mqtt;

import static org.awaitility.Awaitility.await;

import io.magnetar.it.client.BrokerStatus;
import io.magnetar.it.client.FreePorts;
import io.magnetar.mqtt.auth.Authenticators;
import io.magnetar.mqtt.plugin.MqttProtocolHandler;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.broker.ServiceConfiguration;

/**
 * The protocol handler on a broker in this JVM, initialized, started and closed as the broker does it. Several may run on one
 * broker, each under a name of its own.
 *
 * <p>Thread: the test's.
 */
public final class MqttBroker implements AutoCloseable {
    private static final AtomicInteger STARTED = new AtomicInteger();

    private final MqttProtocolHandler handler;
    private final int port;
    private final int httpPort;
    private final BrokerStatus status;

    private MqttBroker(PulsarService pulsar, Map<String, String> settings, MqttProtocolHandler handler)
            throws Exception {
        this.handler = handler;
        port = FreePorts.next();
        httpPort = FreePorts.next();
        Map<String, String> keys = new HashMap<>(settings);
        String plain = "mqtt://127.0.0.1:" + port;
        keys.merge("mqttListeners", plain, (more, own) -> own + "," + more);
        keys.putIfAbsent("mqttBrokerName", "broker-" + STARTED.incrementAndGet());
        keys.putIfAbsent("mqttAuthentication", "anonymous");
        keys.put("mqttHttpAddress", "127.0.0.1");
        keys.put("mqttHttpPort", Integer.toString(httpPort));
        status = new BrokerStatus(httpPort);
        ServiceConfiguration configuration = pulsar.getConfiguration();
        Properties properties = new Properties();
        properties.putAll(keys);
        configuration.setProperties(properties);
        handler.initialize(configuration);
        handler.start(pulsar.getBrokerService());
        handler.newChannelInitializers();
    }

    /**
     * Starts the handler and returns when it says that it is ready.
     *
     * @param settings listeners among them are opened beside the plain one; they may leave the port to the system; one that is
     *     to go on where another ended has the other's {@code mqttBrokerName}
     */
    public static MqttBroker start(PulsarService pulsar, Map<String, String> settings) throws Exception {
        return start(pulsar, settings, new MqttProtocolHandler());
    }

    /** The same, with authenticators of the test's own. */
    public static MqttBroker start(PulsarService pulsar, Map<String, String> settings, Authenticators authenticators)
            throws Exception {
        return start(pulsar, settings, new MqttProtocolHandler(authenticators));
    }

    private static MqttBroker start(PulsarService pulsar, Map<String, String> settings, MqttProtocolHandler handler)
            throws Exception {
        MqttBroker broker = new MqttBroker(pulsar, settings, handler);
        try {
            await().atMost(Duration.ofSeconds(30)).until(broker.status::isReady);
        } catch (RuntimeException | Error e) {
            broker.close();
            throw e;
        }
        return broker;
    }

    /** Where the status page is, on 127.0.0.1. */
    public int httpPort() {
        return httpPort;
    }

    /** Where MQTT clients connect, on 127.0.0.1. */
    public int port() {
        return port;
    }

    public BrokerStatus status() {
        return status;
    }

    @Override
    public void close() {
        handler.close();
        await().atMost(Duration.ofSeconds(20)).until(status::isGone);
    }
}
