package io.magnetar.mqtt.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationReferenceTest {
    @Test
    void theDocumentationHasEveryKeyAsItIs() throws IOException {
        assertThat(Files.readString(Path.of("../docs/configuration.md")))
                .as(
                        "the table between the marks of docs/configuration.md is what ConfigurationReference.markdown() says")
                .contains("<!-- mqtt keys: made by io.magnetar.mqtt.config.ConfigurationReference -->\n"
                        + ConfigurationReference.markdown()
                        + "<!-- end of mqtt keys -->");
    }
}
