package io.magnetar.sink.archive.partition;

import io.magnetar.sink.archive.file.Container;
import io.magnetar.sink.archive.schema.RowSchema;
import io.magnetar.sink.archive.store.ObjectStore;
import io.magnetar.sink.delivery.BadRecords;
import io.magnetar.sink.start.SinkMetrics;
import io.magnetar.sink.template.Template;
import java.time.Clock;
import java.util.function.Supplier;

/**
 * What the partitions of a sink share.
 *
 * @param schemas makes a schema for each partition
 */
public record Archiving(
        ObjectStore store,
        Template layout,
        Rolling rolling,
        Container container,
        Supplier<RowSchema> schemas,
        BadRecords badRecords,
        SinkMetrics metrics,
        Clock clock) {}
