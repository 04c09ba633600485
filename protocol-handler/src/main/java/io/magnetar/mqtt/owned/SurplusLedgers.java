package io.magnetar.mqtt.owned;

import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamLimits;
import java.time.InstantSource;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.bookkeeper.mledger.ManagedLedger;
import org.apache.bookkeeper.mledger.ManagedLedgerConfig;
import org.apache.bookkeeper.mledger.proto.MLDataFormats.ManagedLedgerInfo.LedgerInfo;
import org.apache.pulsar.broker.service.BrokerService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Returns the space of what streams with limits no longer hold: in the partitions that this broker owns, the ledgers below the last
 * messages or bytes. Pulsar deletes ledgers by its own policies only; so for one run of its trimming the partition's retention in time
 * is set such that it ends with the last of these ledgers. Subscriptions hold theirs as ever.
 *
 * <p>A ledger that is to stay must have ended a margin after those that go: then it stays however late the run begins within that
 * margin. Where that is not so, fewer go.
 *
 * <p>Thread: any.
 */
public final class SurplusLedgers {
    private static final Logger LOG = LoggerFactory.getLogger(SurplusLedgers.class);
    private static final int RUN_TAKES_AT_MOST_MARGINS = 2;
    private static final long SEARCH_TAKES_AT_MOST_MILLIS = 30_000;

    private final BrokerService broker;
    private final StreamCatalog catalog;
    private final InstantSource clock;
    private final long marginMillis;
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    /** @param marginMillis how much later a ledger must have ended than those that go; a second or more */
    public SurplusLedgers(BrokerService broker, StreamCatalog catalog, InstantSource clock, long marginMillis) {
        this.broker = broker;
        this.catalog = catalog;
        this.clock = clock;
        this.marginMillis = marginMillis;
    }

    /** Looks at all streams; to be called now and then. */
    public void look() {
        for (StreamDefinition stream : catalog.all()) {
            if (stream.limits().isLimited() && !stream.limits().rejects()) {
                for (int partition = 0; partition < stream.partitions(); partition++) {
                    look(stream.pulsarTopic(partition), stream.limits());
                }
            }
        }
    }

    private void look(String pulsarTopic, StreamLimits limits) {
        OwnedLedger owned = OwnedLedger.find(broker, pulsarTopic).orElse(null);
        if (owned == null || owned.ledger().getLedgersInfo().size() < 2 || !underWay.add(pulsarTopic)) {
            return;
        }
        var unused = CompletableFuture.completedFuture(limits)
                .thenCompose(now -> firstKept(owned, now))
                .thenCompose(first -> trim(owned.ledger(), first))
                .whenComplete((done, failure) -> {
                    underWay.remove(pulsarTopic);
                    if (failure != null) {
                        LOG.info("{}: its space cannot be returned now: {}", pulsarTopic, failure.toString());
                    }
                });
    }

    /** The id of the first ledger that has something that is to stay; 0 when nothing goes. */
    private static CompletableFuture<Long> firstKept(OwnedLedger owned, StreamLimits limits) {
        long byBytes = limits.maxBytes() == StreamLimits.UNLIMITED ? 0 : firstWithin(owned.ledger(), limits.maxBytes());
        if (limits.maxMessages() == StreamLimits.UNLIMITED) {
            return CompletableFuture.completedFuture(byBytes);
        }
        return owned.storedNumber()
                .thenApply(last -> last - limits.maxMessages() + 1)
                .thenCompose(number -> number <= 0 ? CompletableFuture.completedFuture(null) : owned.firstFrom(number))
                .thenApply(position -> Math.max(byBytes, position == null ? 0 : position.getLedgerId()))
                .orTimeout(SEARCH_TAKES_AT_MOST_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The first ledger of the last so many bytes. */
    private static long firstWithin(ManagedLedger ledger, long maxBytes) {
        NavigableMap<Long, LedgerInfo> ledgers = ledger.getLedgersInfo();
        long ended = ledgers.values().stream().mapToLong(LedgerInfo::getSize).sum();
        long bytes = Math.max(
                0, ledger.getTotalSize() - ended); // The size of the ledger that is being written is not among them.
        for (Map.Entry<Long, LedgerInfo> next : ledgers.descendingMap().entrySet()) {
            bytes += next.getValue().getSize();
            if (bytes >= maxBytes) {
                return next.getKey();
            }
        }
        return 0;
    }

    private CompletableFuture<Void> trim(ManagedLedger ledger, long firstKept) {
        long now = clock.millis();
        NavigableMap<Long, LedgerInfo> ledgers = ledger.getLedgersInfo();
        LedgerInfo kept = ledgers.get(firstKept);
        long keptMillis = kept == null || kept.getTimestamp() == 0 ? now : Math.min(now, kept.getTimestamp());
        long lastMillis = 0;
        for (LedgerInfo surplus : ledgers.headMap(firstKept, false).values()) {
            if (surplus.getTimestamp() <= keptMillis - marginMillis) {
                lastMillis = Math.max(lastMillis, surplus.getTimestamp());
            }
        }
        ManagedLedgerConfig config = ledger.getConfig();
        long inForceMillis = config.getRetentionTimeMillis();
        long untilLastMillis = now - lastMillis - 1;
        if (lastMillis == 0 || (inForceMillis >= 0 && inForceMillis <= untilLastMillis)) {
            return CompletableFuture.completedFuture(null);
        }
        return trim(ledger, config, untilLastMillis, inForceMillis);
    }

    private CompletableFuture<Void> trim(
            ManagedLedger ledger, ManagedLedgerConfig config, long retentionMillis, long inForceMillis) {
        long before = ledger.getTotalSize();
        CompletableFuture<Object> run = new CompletableFuture<>();
        retain(config, retentionMillis);
        ledger.trimConsumedLedgersInBackground(run);
        return run.orTimeout(marginMillis / RUN_TAKES_AT_MOST_MARGINS, TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> retain(config, inForceMillis))
                .thenAccept(done -> tell(ledger.getName(), before - ledger.getTotalSize()));
    }

    private static void tell(String name, long bytes) {
        if (bytes > 0) {
            LOG.info("{}: {} bytes beyond the limits of its stream were returned", name, bytes);
        }
    }

    /** Longer than 24 days it is a number of seconds: the margin is longer than one. */
    private static void retain(ManagedLedgerConfig config, long millis) {
        if (millis <= Integer.MAX_VALUE) {
            config.setRetentionTime((int) millis, TimeUnit.MILLISECONDS);
        } else {
            config.setRetentionTime((int) TimeUnit.MILLISECONDS.toSeconds(millis), TimeUnit.SECONDS);
        }
    }
}
