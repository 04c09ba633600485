package io.magnetar.sink.start;

import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.setting.InvalidSettings;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pulsar.functions.api.Record;
import org.apache.pulsar.io.core.Sink;
import org.apache.pulsar.io.core.SinkContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink as Pulsar runs it. Topics of other tenants are refused before anything is read; and what it cannot go on for is in
 * {@code pulsar-admin sinks status}: an instance that would take its status along stays for a while, with the reason there
 * and without taking a record, and ends then, so that Pulsar starts it anew. With a configuration that is invalid it stays
 * until it is given another one. A defect while it runs ends it at once.
 *
 * <p>Thread: Pulsar's, one at a time; failures come from any.
 */
public class ReportingSink implements Sink<byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(ReportingSink.class);
    /** How long an instance that cannot go on stays for those who look. Pulsar starts it anew within 30 s. */
    private static final Duration STAY = Duration.ofMinutes(2);

    private final Sink<byte[]> sink;
    private final Duration stay;
    private final Function<SinkContext, Optional<InstanceStatus>> statusOf;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private @Nullable SinkContext context;
    private @Nullable InstanceStatus status;

    protected ReportingSink(Supplier<? extends Sink<byte[]>> sink) {
        this(sink.get(), STAY, InstanceStatus::of);
    }

    ReportingSink(Sink<byte[]> sink, Duration stay, Function<SinkContext, Optional<InstanceStatus>> statusOf) {
        this.sink = sink;
        this.stay = stay;
        this.statusOf = statusOf;
    }

    @Override
    public void open(Map<String, Object> configuration, SinkContext own) throws Exception {
        OwnTenant.require(own, configuration);
        context = own;
        status = statusOf.apply(own).orElse(null);
        try {
            sink.open(configuration, reporting(own));
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            if (!stays(e)) {
                throw e;
            }
        }
    }

    /** The context with its reports to the status. */
    private SinkContext reporting(SinkContext own) {
        return (SinkContext) Proxy.newProxyInstance(
                ReportingSink.class.getClassLoader(),
                new Class<?>[] {SinkContext.class, Trouble.class},
                (proxy, method, arguments) -> call(own, method, arguments));
    }

    private @Nullable Object call(SinkContext own, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (method.getDeclaringClass() == Trouble.class && arguments != null) {
            Optional.ofNullable(status).ifPresent(shown -> shown.add(new Exception(String.valueOf(arguments[0]))));
            return null;
        }
        if (method.getName().equals("fatal") && arguments != null && arguments[0] instanceof Throwable reason) {
            if (!(reason instanceof PermanentFailure) || !stays(reason)) {
                own.fatal(reason);
            }
            return null;
        }
        try {
            return method.invoke(own, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    /** Whether the instance stays though it cannot go on; the first failure counts. */
    private boolean stays(Throwable reason) {
        InstanceStatus shown = status;
        if (shown == null || !shown.endsWithInstance()) {
            return false;
        }
        if (failure.compareAndSet(null, reason)) {
            shown.add(reason);
            boolean forGood = reason instanceof InvalidSettings;
            LOG.error("The sink takes no record and stays {}, with this in its status", forGood ? "so" : stay, reason);
            if (!forGood) {
                Thread end = new Thread(() -> endAfterStay(reason), "end of a failed sink");
                end.setDaemon(true);
                end.start();
            }
        }
        return true;
    }

    private void endAfterStay(Throwable reason) {
        try {
            if (!closed.await(stay.toMillis(), TimeUnit.MILLISECONDS) && context != null) {
                context.fatal(reason);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void write(Record<byte[]> record) throws Exception {
        if (failure.get() == null) {
            try {
                sink.write(record);
                return;
            } catch (PermanentFailure e) {
                if (!stays(e)) {
                    throw e;
                }
            }
        }
        closed.await();
        throw new InterruptedException("the sink has failed and takes no record");
    }

    @Override
    public void close() throws Exception {
        closed.countDown();
        sink.close();
    }
}
