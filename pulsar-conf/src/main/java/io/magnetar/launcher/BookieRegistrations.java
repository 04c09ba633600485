package io.magnetar.launcher;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.pulsar.metadata.api.MetadataStore;
import org.apache.pulsar.metadata.api.MetadataStoreConfig;
import org.apache.pulsar.metadata.api.MetadataStoreFactory;

/**
 * The registrations of bookies in a standalone's metadata. A RocksDB store keeps those of a process that was killed, and a bookie
 * that finds its own of an earlier life may delete and make it anew without end, so that no ledger can be written.
 *
 * <p>Thread: the launcher's program.
 *
 * @see <a href="https://github.com/apache/pulsar/issues/17759">Pulsar: infinite loop in ResourceLockImpl</a>
 */
public final class BookieRegistrations {
    private static final List<String> PARENTS = List.of("/ledgers/available", "/ledgers/available/readonly");
    private static final String READ_ONLY = "readonly";

    private BookieRegistrations() {}

    /** @param args the directory of the metadata, whose broker does not run */
    public static void main(String[] args) throws Exception {
        forget(Path.of(args[0]));
    }

    /** Deletes all registrations. */
    static void forget(Path metadata) throws Exception {
        try (MetadataStore store = MetadataStoreFactory.create(
                "rocksdb://" + metadata.toAbsolutePath(),
                MetadataStoreConfig.builder().build())) {
            for (String parent : PARENTS) {
                for (String bookie : store.getChildren(parent).get()) {
                    if (!bookie.equals(READ_ONLY)) {
                        store.delete(parent + "/" + bookie, Optional.empty()).get();
                    }
                }
            }
        }
    }
}
