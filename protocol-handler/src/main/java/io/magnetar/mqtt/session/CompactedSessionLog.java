package io.magnetar.mqtt.session;

import io.magnetar.log.CompactedLog;
import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.stream.StreamAppender.AppendListener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/** Session records in a compacted log, each under the key of its session and kind. Thread: any. */
public final class CompactedSessionLog implements SessionLog {
    private final CompactedLog log;
    private final BrokerClock clock;

    public CompactedSessionLog(CompactedLog log, BrokerClock clock) {
        this.log = log;
        this.clock = clock;
    }

    @Override
    public CompletableFuture<Void> load(BiConsumer<RecordKey, byte[]> onRecord) {
        AtomicBoolean loaded = new AtomicBoolean();
        return log.follow(record -> {
                    if (!loaded.get()) {
                        RecordKey.parse(record.key()).ifPresent(key -> onRecord.accept(key, record.value()));
                    }
                })
                .thenRun(() -> loaded.set(true));
    }

    @Override
    public void append(RecordKey key, byte[] value, AppendListener listener) {
        SessionKey session = key.session();
        Message record = new Message(
                session.clientId().isEmpty() ? key.text() : session.clientId(),
                value,
                Qos.AT_LEAST_ONCE,
                false,
                MessageProperties.NONE,
                new Publisher(session.namespace(), null, null),
                clock.nextMicros());
        log.append(key.text(), record, listener);
    }
}
