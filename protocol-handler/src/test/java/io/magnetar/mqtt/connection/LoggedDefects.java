package io.magnetar.mqtt.connection;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/**
 * What the broker logs as an error: where one connection's failure must not become another's, that is all that is seen of it.
 *
 * <p>Thread: any.
 */
final class LoggedDefects extends AbstractAppender {
    private final Queue<LogEvent> errors = new ConcurrentLinkedQueue<>();

    LoggedDefects() {
        super("defects", null, null, true, Property.EMPTY_ARRAY);
        start();
        ((Logger) LogManager.getRootLogger()).addAppender(this);
    }

    @Override
    public void append(LogEvent event) {
        if (event.getLevel().isMoreSpecificThan(Level.ERROR)) {
            errors.add(event.toImmutable());
        }
    }

    /** Fails with the first error that was logged since the last call. */
    void throwFirst() {
        LogEvent first = errors.poll();
        errors.clear();
        if (first != null) {
            throw new IllegalStateException(first.getMessage().getFormattedMessage(), first.getThrown());
        }
    }
}
