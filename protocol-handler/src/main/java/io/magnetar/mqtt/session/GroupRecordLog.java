package io.magnetar.mqtt.session;

import io.magnetar.mqtt.record.GroupRecord;
import io.magnetar.mqtt.record.RecordWriter;
import io.magnetar.mqtt.session.RecordKey.Kind;
import io.magnetar.mqtt.session.RecordSaver.WhenSaved;
import io.magnetar.mqtt.share.GroupRecords;
import io.magnetar.mqtt.share.SharedFilter;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.tenancy.Namespace;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/** The records of groups, in the log of sessions' records. Thread: any. */
public final class GroupRecordLog implements GroupRecords {
    private static final byte[] NOTHING = {};

    private final RecordSaver saver;

    public GroupRecordLog(SessionLog log, ScheduledExecutorService executor) {
        this.saver = new RecordSaver(log, executor);
    }

    @Override
    public void save(Namespace namespace, SharedFilter filter, GroupRecord record, AppendListener listener) {
        saver.save(key(namespace, filter), RecordWriter.write(record), listener);
    }

    @Override
    public void delete(Namespace namespace, SharedFilter filter, Runnable then) {
        saver.save(key(namespace, filter), NOTHING, new WhenSaved(then));
    }

    private static RecordKey key(Namespace namespace, SharedFilter filter) {
        return new RecordKey(Kind.GROUP, new SessionKey(namespace, filter.written()));
    }

    @Override
    public CompletableFuture<Void> idle() {
        return saver.idle();
    }
}
