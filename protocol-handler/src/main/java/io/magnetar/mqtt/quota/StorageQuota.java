package io.magnetar.mqtt.quota;

import io.magnetar.message.Message;
import io.magnetar.mqtt.counters.StreamTrafficTable;
import io.magnetar.stream.StreamAppender;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;

/** Refuses what goes to the streams of a namespace that store as much as they may. Thread: any. */
public final class StorageQuota implements StreamAppender {
    private final StreamAppender appender;
    private final Quotas quotas;
    private final StreamTrafficTable traffic;

    /** @param traffic counts what is refused */
    public StorageQuota(StreamAppender appender, Quotas quotas, StreamTrafficTable traffic) {
        this.appender = appender;
        this.quotas = quotas;
        this.traffic = traffic;
    }

    @Override
    public void append(StreamDefinition stream, Message message, AppendListener listener) {
        NamespaceQuota quota = quotas.of(stream.namespace());
        if (quota.isStorageFull()) {
            traffic.of(stream.namespace(), stream.name()).failed(Kind.QUOTA_EXCEEDED);
            listener.appended(new StreamFailure(
                    Kind.QUOTA_EXCEEDED,
                    "the streams of the namespace store the "
                            + quota.limits().streams().maxStorageBytes() + " bytes that they may"));
        } else {
            appender.append(stream, message, listener);
        }
    }

    @Override
    public long pendingBytes() {
        return appender.pendingBytes();
    }
}
