package io.magnetar.mqtt.plugin;

import io.magnetar.mqtt.auth.Authenticators;
import io.magnetar.mqtt.config.ConfigurationReader;
import io.magnetar.mqtt.config.MqttConfiguration;
import io.magnetar.mqtt.listener.Listener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.pulsar.broker.PulsarServerException;
import org.apache.pulsar.broker.ServiceConfiguration;
import org.apache.pulsar.broker.protocol.ProtocolHandler;
import org.apache.pulsar.broker.service.BrokerService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plug-in: a Pulsar broker with {@code messagingProtocols=mqtt} loads it from {@code protocolHandlerDirectory} and calls it in
 * the order of its methods.
 *
 * <p>{@link #start} only schedules: it runs before a standalone has made its cluster and its tenants, and the listeners are
 * opened by ourselves when all that is needed is there.
 *
 * <p>Thread: the broker's main thread.
 *
 * @see <a href="https://pulsar.apache.org/docs/4.0.x/develop-plugin/">Pulsar: plug-in development</a>
 */
public final class MqttProtocolHandler implements ProtocolHandler {
    private static final Logger LOG = LoggerFactory.getLogger(MqttProtocolHandler.class);
    private static final String PROTOCOL = "mqtt";

    private final @Nullable Authenticators authenticators;
    private @Nullable MqttConfiguration configuration;
    private @Nullable MqttBroker broker;

    /** As the broker makes it. */
    public MqttProtocolHandler() {
        this(null);
    }

    /**
     * For a broker that has its own ways to find out who a client is.
     *
     * @param authenticators null for those that the configuration names
     */
    public MqttProtocolHandler(@Nullable Authenticators authenticators) {
        this.authenticators = authenticators;
    }

    @Override
    public String protocolName() {
        return PROTOCOL;
    }

    @Override
    public boolean accept(String protocol) {
        return PROTOCOL.equals(protocol.toLowerCase(Locale.ROOT));
    }

    /** @throws MqttConfiguration.InvalidException when the configuration is invalid: the broker does not start */
    @Override
    public void initialize(ServiceConfiguration conf) {
        configuration = ConfigurationReader.read(conf.getProperties(), conf.getMaxMessageSize());
        RecommendedSettings.missing(conf).forEach(setting -> LOG.warn("The broker is not configured with {}", setting));
    }

    @Override
    public String getProtocolDataToAdvertise() {
        return configured().listeners().stream().map(Listener::name).collect(Collectors.joining(","));
    }

    @Override
    public void start(BrokerService service) {
        try {
            broker = new MqttBroker(configured(), service.pulsar(), authenticators);
            broker.start();
        } catch (PulsarServerException e) {
            throw new IllegalStateException("MQTT cannot start: the broker cannot make its own Pulsar client", e);
        }
    }

    /** None: the broker is to open no listener for us, for clients would come before we are ready. */
    @Override
    public Map<InetSocketAddress, ChannelInitializer<SocketChannel>> newChannelInitializers() {
        return Map.of();
    }

    @Override
    public void close() {
        if (broker != null) {
            broker.close();
        }
    }

    private MqttConfiguration configured() {
        if (configuration == null) {
            throw new IllegalStateException("initialize comes first");
        }
        return configuration;
    }
}
