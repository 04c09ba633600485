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

class BookieRegistrationsTest {
    @TempDir
    Path directory;

    private MetadataStoreExtended open() throws Exception {
        return (MetadataStoreExtended) MetadataStoreFactory.create(
                "rocksdb://" + directory, MetadataStoreConfig.builder().build());
    }

    @Test
    void areForgottenAndNothingElse() throws Exception {
        try (MetadataStoreExtended before = open()) {
            for (String path : new String[] {
                "/ledgers/available/127.0.0.1:3181", "/ledgers/available/readonly/127.0.0.1:3181", "/ledgers/cookies/a"
            }) {
                before.put(path, "x".getBytes(UTF_8), Optional.of(-1L), EnumSet.noneOf(CreateOption.class))
                        .get();
            }
        }

        BookieRegistrations.forget(directory);

        try (MetadataStoreExtended after = open()) {
            assertThat(after.getChildren("/ledgers/available").get()).isEmpty();
            assertThat(after.getChildren("/ledgers/available/readonly").get()).isEmpty();
            assertThat(after.exists("/ledgers/cookies/a").get()).isTrue();
        }
    }
}
