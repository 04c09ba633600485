package io.magnetar.sink.start;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import org.apache.pulsar.io.core.SinkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where {@code pulsar-admin sinks status} finds what is wrong with an instance: in its {@code latestSinkExceptions}.
 *
 * <p>Pulsar has no call for it, only the exception that {@code write} throws goes there, and the instance ends with it. An
 * instance in a process of its own takes the reason along: the functions worker looks for it in the process's error output,
 * which it never kept. So this reaches for the statistics behind the context, in Pulsar 4.0 a private field.
 *
 * <p>Thread: any.
 */
final class InstanceStatus {
    private static final Logger LOG = LoggerFactory.getLogger(InstanceStatus.class);

    private final Object statistics;
    private final Method add;
    private final boolean ownProcess;

    /** @param ownProcess the instance's, and not the functions worker's */
    InstanceStatus(Object statistics, Method add, boolean ownProcess) {
        this.statistics = statistics;
        this.add = add;
        this.ownProcess = ownProcess;
    }

    /** Empty with a Pulsar that keeps its statistics elsewhere. */
    static Optional<InstanceStatus> of(SinkContext context) {
        try {
            Field field = context.getClass().getDeclaredField("statsManager");
            field.setAccessible(true);
            Method add = field.getType().getMethod("incrSinkExceptions", Throwable.class);
            // In a process of its own an instance's classes have a loader of their own, in the worker's they have the
            // worker's.
            boolean ownProcess = context.getClass().getClassLoader() != ClassLoader.getSystemClassLoader();
            return Optional.of(new InstanceStatus(field.get(context), add, ownProcess));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.info("The reasons of failures are only in this log, not in the status: {}", e.toString());
            return Optional.empty();
        }
    }

    /** Adds a reason; Pulsar shows the last ten. */
    void add(Throwable reason) {
        try {
            add.invoke(statistics, reason);
        } catch (IllegalAccessException | InvocationTargetException e) {
            LOG.warn("The status does not take the reason of a failure", e);
        }
    }

    /** Whether the status goes with the instance; otherwise the worker keeps the reason that it ended with. */
    boolean endsWithInstance() {
        return ownProcess;
    }
}
