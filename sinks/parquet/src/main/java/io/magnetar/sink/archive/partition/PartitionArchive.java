package io.magnetar.sink.archive.partition;

import io.magnetar.sink.archive.schema.RowSchema;
import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.message.Position;
import io.magnetar.sink.message.PulsarTopic;
import io.magnetar.sink.message.StreamMessage;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.functions.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * One partition's way into files.
 *
 * <p>A message is in exactly one file. The key of a file is its directory and the first position in it, and a file is made
 * only where there is none; its positions stand in its footer. Messages that Pulsar sends again are known by that: those that
 * this instance has had by their position, those that an earlier one has archived by the files in the directory. These are
 * looked for whenever the messages of the partition do not follow each other, as after a start.
 *
 * <p>The acknowledgement is one for all messages before the first that is in no finished file.
 *
 * <p>Thread: one at a time.
 */
public final class PartitionArchive {
    private static final int MAX_CHECKED = 10_000;

    private final Archiving archiving;
    private final PulsarTopic topic;
    private final Layout layout;
    private final RowSchema schema;
    /** By directory; the one that was written to the longest time ago comes first. */
    private final LinkedHashMap<String, OpenFile> open = new LinkedHashMap<>(16, 0.75f, true);

    private final Map<String, KnownFiles> known = new HashMap<>();
    private final Set<String> checked = new HashSet<>();
    private @Nullable Position last;
    private @Nullable Record<?> lastRecord;
    private @Nullable Record<?> acknowledged;

    public PartitionArchive(Archiving archiving, PulsarTopic topic) {
        this.archiving = archiving;
        this.topic = topic;
        layout = new Layout(archiving.layout(), topic, archiving.container().extension());
        schema = archiving.schemas().get();
    }

    public PulsarTopic topic() {
        return topic;
    }

    public int openFiles() {
        return open.size();
    }

    /** Takes the next record of the partition, which may be one that it has had. */
    public void write(Record<?> record) throws PermanentFailure, InterruptedException, PulsarClientException {
        StreamMessage message = new StreamMessage(record, topic);
        Position position = message.position();
        Position before = last;
        if (before != null && position.compareTo(before) <= 0) {
            return;
        }
        if (before == null || !position.directlyFollows(before)) {
            checked.clear();
            known.clear();
        }
        String directory = layout.path(message);
        if (!isArchived(directory, position)) {
            archive(message, directory, before);
        }
        last = position;
        lastRecord = record;
        OpenFile file = open.get(directory);
        if (file != null && file.isFull()) {
            commit(directory);
            acknowledge();
        }
    }

    private boolean isArchived(String directory, Position position) throws PermanentFailure, InterruptedException {
        if (checked.size() >= MAX_CHECKED) {
            checked.clear();
        }
        if (!open.containsKey(directory) && checked.add(directory)) {
            known.put(directory, new KnownFiles(archiving.store(), layout, directory, position));
        }
        KnownFiles files = known.get(directory);
        if (files == null) {
            return false;
        }
        if (files.areBehind(position)) {
            known.remove(directory);
            return false;
        }
        return files.contains(position);
    }

    private void archive(StreamMessage message, String directory, @Nullable Position before)
            throws PermanentFailure, InterruptedException, PulsarClientException {
        try {
            schema.accept(message);
        } catch (BadRecord e) {
            archiving.badRecords().setAside(message, e.reason());
            return;
        }
        OpenFile file = open.get(directory);
        if (file != null && !file.takes(schema.rows())) {
            commit(directory);
            file = null;
        }
        if (file == null) {
            file = new OpenFile(archiving, schema, layout.key(directory, message.position()), message, lastRecord);
            open.put(directory, file);
        }
        file.write(message, before);
    }

    private void commit(String directory) throws PermanentFailure, InterruptedException {
        OpenFile file = open.get(directory);
        if (file != null) {
            commit(file);
            open.remove(directory);
        }
    }

    private void commit(OpenFile file) throws PermanentFailure, InterruptedException {
        if (!file.commit()) {
            // Another instance is at work here: it may have archived what comes next as well.
            checked.clear();
            known.clear();
        }
    }

    /** Finishes the files whose time has come. */
    public void finishDue(long nowMillis) throws PermanentFailure, InterruptedException {
        finish(nowMillis, false);
    }

    /** Finishes all files. */
    public void finishAll() throws PermanentFailure, InterruptedException {
        finish(0, true);
    }

    private void finish(long nowMillis, boolean all) throws PermanentFailure, InterruptedException {
        Iterator<Map.Entry<String, OpenFile>> files = open.entrySet().iterator();
        while (files.hasNext()) {
            OpenFile file = files.next().getValue();
            if (all || file.isDue(nowMillis)) {
                commit(file);
                files.remove();
            }
        }
        acknowledge();
    }

    /** Finishes the file that was written to the longest time ago. */
    public void finishOldest() throws PermanentFailure, InterruptedException {
        if (!open.isEmpty()) {
            commit(open.keySet().iterator().next());
            acknowledge();
        }
    }

    private void acknowledge() {
        Record<?> settled = open.values().stream()
                .min(Comparator.comparing(OpenFile::first))
                .<Record<?>>map(OpenFile::before)
                .orElse(open.isEmpty() ? lastRecord : null);
        if (settled != null && settled != acknowledged) {
            settled.ack();
            acknowledged = settled;
        }
    }

    /** Leaves unfinished files; their messages come again from Pulsar. */
    public void abort() {
        open.values().forEach(OpenFile::abort);
        open.clear();
    }
}
