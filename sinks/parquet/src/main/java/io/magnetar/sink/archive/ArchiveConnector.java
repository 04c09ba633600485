package io.magnetar.sink.archive;

import io.magnetar.sink.start.ReportingSink;

/** The archive as Pulsar runs it. */
public final class ArchiveConnector extends ReportingSink {
    public ArchiveConnector() {
        super(ArchiveSink::new);
    }
}
