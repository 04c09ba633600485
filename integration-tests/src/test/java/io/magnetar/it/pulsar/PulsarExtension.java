package io.magnetar.it.pulsar;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one {@link EmbeddedPulsar} of this JVM as a parameter. It starts when the first test asks for it and
 * ends after the last test.
 */
public final class PulsarExtension implements ParameterResolver {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(PulsarExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == EmbeddedPulsar.class;
    }

    @Override
    public EmbeddedPulsar resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(STORE)
                .computeIfAbsent(EmbeddedPulsar.class, ignored -> startUnchecked(), EmbeddedPulsar.class);
    }

    private static EmbeddedPulsar startUnchecked() {
        try {
            return EmbeddedPulsar.start();
        } catch (Exception e) {
            throw new IllegalStateException("the embedded Pulsar does not start", e);
        }
    }
}
