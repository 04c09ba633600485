package io.magnetar.launcher;

import java.nio.file.Path;
import org.apache.pulsar.metadata.api.MetadataStore;
import org.apache.pulsar.metadata.api.MetadataStoreConfig;
import org.apache.pulsar.metadata.api.MetadataStoreFactory;

/**
 * What a process that was killed has left in a standalone's metadata of the nodes that end with their session: registrations of the
 * bookie and the broker, locks on bundles, the leader. A RocksDB store keeps them until somebody reads them, deletes them then, and tells
 * of the deletion later; who has taken such a lock in between believes that it has lost it. A bookie's is then deleted and made anew
 * without end, so that no ledger can be written.
 *
 * <p>Thread: the launcher's program.
 *
 * @see <a href="https://github.com/apache/pulsar/issues/17759">Pulsar: infinite loop in ResourceLockImpl</a>
 */
public final class StaleEphemeralNodes {
    private StaleEphemeralNodes() {}

    /** @param args the directory of the metadata, whose broker does not run */
    public static void main(String[] args) throws Exception {
        forget(Path.of(args[0]));
    }

    /** Deletes them all. Reads every node: a few seconds for a million. */
    static void forget(Path metadata) throws Exception {
        try (MetadataStore store = MetadataStoreFactory.create(
                "rocksdb://" + metadata.toAbsolutePath(),
                MetadataStoreConfig.builder().build())) {
            // Everything is below the root, and to list is to delete what belongs to an earlier opening of the store.
            store.getChildren("/").get();
        }
    }
}
