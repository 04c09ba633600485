package io.magnetar.sink.archive.partition;

import io.magnetar.sink.archive.file.Container;
import io.magnetar.sink.archive.file.PositionRuns;
import io.magnetar.sink.archive.store.ObjectStore;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.message.Position;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of a partition that a directory has already: those of an instance that ended before its acknowledgements
 * counted, or of one that still believes that the partition is its own. Footers are read as positions reach them, one at a
 * time.
 *
 * <p>Thread: one at a time.
 */
final class KnownFiles {
    private final ObjectStore store;
    private final TreeMap<Position, String> keys = new TreeMap<>();
    private @Nullable Position loadedFirst;
    private @Nullable PositionRuns loaded;

    /** Lists them, but for those whose messages all come before a position. */
    KnownFiles(ObjectStore store, Layout layout, String directory, Position from)
            throws PermanentFailure, InterruptedException {
        this.store = store;
        for (String key : store.list(layout.prefix(directory))) {
            keys.put(layout.first(directory, key), key);
        }
        Position nearest = keys.floorKey(from);
        if (nearest != null) {
            keys.headMap(nearest).clear();
        }
    }

    boolean contains(Position position) throws PermanentFailure, InterruptedException {
        Map.Entry<Position, String> nearest = keys.floorEntry(position);
        return nearest != null && runs(nearest).contains(position);
    }

    /** Whether no file has this position or a later one. */
    boolean areBehind(Position position) throws PermanentFailure, InterruptedException {
        return keys.isEmpty()
                || (position.compareTo(keys.lastKey()) > 0
                        && position.compareTo(runs(keys.lastEntry()).last()) > 0);
    }

    private PositionRuns runs(Map.Entry<Position, String> file) throws PermanentFailure, InterruptedException {
        PositionRuns runs = loaded;
        if (runs == null || !file.getKey().equals(loadedFirst)) {
            runs = Container.read(store, file.getValue()).positions();
            loaded = runs;
            loadedFirst = file.getKey();
        }
        return runs;
    }
}
