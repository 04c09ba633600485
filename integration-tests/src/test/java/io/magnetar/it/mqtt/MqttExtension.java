package io.magnetar.it.mqtt;

import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one {@link MqttBroker} with default settings of this JVM, and the {@link EmbeddedPulsar} that it runs
 * on, as parameters. Tests keep apart by topics: each begins its topics with a name of its own.
 */
public final class MqttExtension implements ParameterResolver {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(MqttExtension.class);

    private final PulsarExtension pulsar = new PulsarExtension();

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == MqttBroker.class || pulsar.supportsParameter(parameter, context);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        EmbeddedPulsar running = pulsar.resolveParameter(parameter, context);
        if (parameter.getParameter().getType() == EmbeddedPulsar.class) {
            return running;
        }
        return context.getRoot()
                .getStore(STORE)
                .computeIfAbsent(MqttBroker.class, ignored -> startUnchecked(running), MqttBroker.class);
    }

    private static MqttBroker startUnchecked(EmbeddedPulsar pulsar) {
        try {
            return MqttBroker.start(pulsar.broker(), Map.of());
        } catch (Exception e) {
            throw new IllegalStateException("the MQTT broker does not start", e);
        }
    }
}
