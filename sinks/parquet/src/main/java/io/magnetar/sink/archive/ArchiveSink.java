package io.magnetar.sink.archive;

import io.magnetar.sink.archive.partition.Archiving;
import io.magnetar.sink.archive.partition.PartitionArchive;
import io.magnetar.sink.archive.store.ObjectStore;
import io.magnetar.sink.delivery.Backoff;
import io.magnetar.sink.delivery.BadRecords;
import io.magnetar.sink.delivery.Retry;
import io.magnetar.sink.message.PulsarTopic;
import io.magnetar.sink.start.SinkMetrics;
import io.magnetar.sink.start.TestMode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.pulsar.functions.api.Record;
import org.apache.pulsar.io.core.Sink;
import org.apache.pulsar.io.core.SinkContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sink. A record is written as it comes; while its destination is slow or away, {@link #write} waits, and with it Pulsar.
 *
 * <p>Thread: the instance's writes, one of its own finishes files whose time has come and those that are open at the end;
 * {@link #lock} guards all.
 */
public final class ArchiveSink implements Sink<byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveSink.class);
    private static final long TICK_MILLIS = 200;
    /** How long an end may take: Pulsar waits as long for an instance in a thread. */
    private static final long CLOSE_SECONDS = 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, PartitionArchive> partitions = new HashMap<>();
    private final TestMode testMode = new TestMode();
    private @Nullable Running running;

    /** What {@link #open} makes. */
    private record Running(
            SinkContext context,
            ArchiveConfiguration configuration,
            Archiving archiving,
            Retry retry,
            ObjectStore store,
            BadRecords badRecords,
            ScheduledExecutorService timer) {}

    /** Something failed: what is open cannot be finished. */
    private boolean broken;

    @Override
    public void open(Map<String, Object> settings, SinkContext context) throws Exception {
        ArchiveConfiguration configuration = ArchiveConfiguration.read(settings, context);
        SinkMetrics metrics = new SinkMetrics(context);
        Retry retry = new Retry(Backoff.usual(), metrics);
        ObjectStore store = configuration.store(retry);
        store.check();
        BadRecords badRecords = configuration.badRecords(context, metrics);
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, context.getSinkName() + "-finish-files");
            thread.setDaemon(true);
            thread.setContextClassLoader(ArchiveSink.class.getClassLoader());
            return thread;
        });
        running = new Running(
                context,
                configuration,
                configuration.archiving(store, badRecords, metrics, new SchemaReading(context, retry)),
                retry,
                store,
                badRecords,
                timer);
        if (configuration.test()) {
            LOG.info("The destination takes files; the sink is in test mode and takes no record");
        } else {
            var unused = timer.scheduleWithFixedDelay(this::finishDue, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private Running running() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("the sink is not open");
        }
        return now;
    }

    @Override
    public void write(Record<byte[]> record) throws Exception {
        Running now = running();
        if (now.configuration().test()) {
            testMode.hold();
        }
        lock.lockInterruptibly();
        try {
            if (broken) {
                throw new IllegalStateException("the sink has failed");
            }
            broken = true;
            PartitionArchive partition = partition(now, record);
            partition.write(record);
            limitOpenFiles(now);
            broken = false;
        } finally {
            lock.unlock();
        }
    }

    private PartitionArchive partition(Running now, Record<byte[]> record) {
        String name = record.getTopicName().orElseThrow(() -> new IllegalArgumentException("a record of no topic"));
        PartitionArchive partition = partitions.get(name);
        if (partition == null) {
            partition = new PartitionArchive(now.archiving(), PulsarTopic.parse(name));
            partitions.put(name, partition);
        }
        return partition;
    }

    private void limitOpenFiles(Running now) throws Exception {
        int open = 0;
        for (PartitionArchive partition : partitions.values()) {
            open += partition.openFiles();
        }
        if (open > now.configuration().maxOpenFiles()) {
            partitions.values().stream()
                    .max(Comparator.comparingInt(PartitionArchive::openFiles))
                    .orElseThrow()
                    .finishOldest();
        }
    }

    private void finishDue() {
        Running now = running();
        lock.lock();
        try {
            if (broken) {
                return;
            }
            broken = true;
            long millis = now.archiving().clock().millis();
            for (PartitionArchive partition : partitions.values()) {
                partition.finishDue(millis);
            }
            broken = false;
        } catch (Exception | Error e) {
            // No record may come that could carry the failure: the instance ends with it, and Pulsar starts it again.
            now.context().fatal(e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Finishes all files: their messages are archived, though Pulsar has closed the way for acknowledgements by now. What a
     * slow store does not have in time comes again.
     */
    @Override
    public void close() throws Exception {
        Running now = running;
        if (now == null) {
            return;
        }
        // Set when Pulsar stops the instance; what is left to do is short.
        boolean interrupted = Thread.interrupted();
        now.retry().stop();
        testMode.close();
        CountDownLatch finished = new CountDownLatch(1);
        now.timer().execute(() -> {
            finishAll();
            finished.countDown();
        });
        now.timer().shutdown();
        try {
            if (!finished.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("The destination is slow: closed without files that are under way; their messages come again");
            }
        } finally {
            now.store().close();
            now.badRecords().close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void finishAll() {
        lock.lock();
        try {
            if (!broken) {
                broken = true;
                for (PartitionArchive partition : partitions.values()) {
                    partition.finishAll();
                }
            }
        } catch (Exception | Error e) {
            LOG.warn("Closed without the last files, whose messages come again: {}", String.valueOf(e.getMessage()));
        } finally {
            partitions.values().forEach(PartitionArchive::abort);
            partitions.clear();
            lock.unlock();
        }
    }
}
