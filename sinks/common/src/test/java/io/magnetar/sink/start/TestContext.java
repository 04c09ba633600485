package io.magnetar.sink.start;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.common.functions.FunctionConfig.ProcessingGuarantees;
import org.apache.pulsar.common.io.SinkConfig;
import org.apache.pulsar.io.core.SinkContext;
import org.jspecify.annotations.Nullable;

/** A sink's context without a Pulsar: it says what a test wants and keeps what the sink records. */
public final class TestContext {
    public final Map<String, Double> metrics = new ConcurrentHashMap<>();
    public final AtomicReference<@Nullable Throwable> fatal = new AtomicReference<>();
    public final List<String> inputs = new CopyOnWriteArrayList<>(List.of("persistent://fleet/streams/readings"));
    private final SinkContext context;

    public TestContext(SubscriptionType type, ProcessingGuarantees guarantees, Map<String, String> secrets) {
        SinkConfig config =
                SinkConfig.builder().processingGuarantees(guarantees).build();
        context = (SinkContext) Proxy.newProxyInstance(
                TestContext.class.getClassLoader(), new Class<?>[] {SinkContext.class}, (proxy, method, arguments) -> {
                    return switch (method.getName()) {
                        case "getSubscriptionType" -> type;
                        case "getSinkConfig" -> config;
                        case "getInputTopics" -> inputs;
                        case "getSecret" -> secrets.get(arguments[0]);
                        case "getTenant" -> "fleet";
                        case "getNamespace" -> "streams";
                        case "getSinkName" -> "sink";
                        case "recordMetric" -> {
                            metrics.merge((String) arguments[0], (Double) arguments[1], Double::sum);
                            yield null;
                        }
                        case "fatal" -> {
                            fatal.set((Throwable) arguments[0]);
                            yield null;
                        }
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });
    }

    public SinkContext context() {
        return context;
    }
}
