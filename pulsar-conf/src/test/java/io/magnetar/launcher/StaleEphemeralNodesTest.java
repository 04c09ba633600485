package io.magnetar.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import org.apache.pulsar.metadata.api.MetadataStoreConfig;
import org.apache.pulsar.metadata.api.MetadataStoreFactory;
import org.apache.pulsar.metadata.api.extended.CreateOption;
import org.apache.pulsar.metadata.api.extended.MetadataStoreExtended;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaleEphemeralNodesTest {
    private static final String[] EPHEMERAL = {
        "/ledgers/available/127.0.0.1:3181",
        "/ledgers/available/readonly/127.0.0.1:3181",
        "/loadbalance/brokers/127.0.0.1:8080",
        "/namespace/public/mqtt/0x00000000_0x40000000"
    };
    private static final String LASTING = "/ledgers/cookies/127.0.0.1:3181";

    @TempDir
    Path directory;

    private MetadataStoreExtended open() throws Exception {
        return (MetadataStoreExtended) MetadataStoreFactory.create(
                "rocksdb://" + directory, MetadataStoreConfig.builder().build());
    }

    private static void put(MetadataStoreExtended store, String path, EnumSet<CreateOption> options) throws Exception {
        store.put(path, "x".getBytes(UTF_8), Optional.of(-1L), options).get();
    }

    /**
     * {@code exists} tells what is there, also of an ephemeral node that {@code get} would delete. A store tells its openings apart
     * from its first sequential node on, which a broker makes with its first ledger.
     */
    @Test
    void areForgottenAndNothingElse() throws Exception {
        try (MetadataStoreExtended first = open()) {
            put(first, "/ledgers/idgen-", EnumSet.of(CreateOption.Sequential));
        }
        try (MetadataStoreExtended killed = open()) {
            for (String path : EPHEMERAL) {
                put(killed, path, EnumSet.of(CreateOption.Ephemeral));
            }
            put(killed, LASTING, EnumSet.noneOf(CreateOption.class));
        }

        StaleEphemeralNodes.forget(directory);

        try (MetadataStoreExtended next = open()) {
            for (String path : EPHEMERAL) {
                assertThat(next.exists(path).get()).as(path).isFalse();
            }
            assertThat(next.exists(LASTING).get()).isTrue();
        }
    }
}
