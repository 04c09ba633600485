package io.magnetar.sink.server;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pulsar.client.api.PulsarClient;

/**
 * Stands for the Pulsar client of a sink, as far as a sink sends messages with it, and keeps what is sent.
 *
 * <p>Thread: any.
 */
final class DeadLetters {
    private final List<SinkRun.DeadLetter> sent = new CopyOnWriteArrayList<>();

    /** What has been said so far on the way from a client to a message. */
    private static final class Draft {
        String topic = "";
        byte[] payload = new byte[0];
        final Map<String, String> properties = new HashMap<>();
    }

    PulsarClient client() {
        return (PulsarClient) fluent(PulsarClient.class, new Draft());
    }

    List<SinkRun.DeadLetter> sent() {
        return sent;
    }

    /** Of a type whose methods give itself or what comes next: builders, producers and messages. */
    private Object fluent(Class<?> type, Draft draft) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            switch (method.getName()) {
                case "topic" -> draft.topic = (String) arguments[0];
                case "properties" ->
                    ((Map<?, ?>) arguments[0])
                            .forEach((name, value) -> draft.properties.put((String) name, (String) value));
                case "value" -> draft.payload = (byte[]) arguments[0];
                case "send" -> {
                    sent.add(new SinkRun.DeadLetter(
                            draft.topic,
                            new String(draft.payload, StandardCharsets.UTF_8),
                            Map.copyOf(draft.properties)));
                    draft.properties.clear();
                    return null;
                }
                default -> {}
            }
            Class<?> next = method.getReturnType();
            if (next.isInstance(proxy)) {
                return proxy;
            }
            return next.isInterface() ? fluent(next, draft) : null;
        };
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }
}
