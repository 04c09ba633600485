package io.magnetar.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SettingsInDocsTest {
    @Test
    void theTableIsTheOneOfTheCode() throws Exception {
        assertThat(Files.readString(Path.of("../../docs/sinks.md"))).contains(ArchiveSettings.ALL.markdown());
    }
}
