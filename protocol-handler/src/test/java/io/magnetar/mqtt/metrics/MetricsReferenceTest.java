package io.magnetar.mqtt.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MetricsReferenceTest {
    @Test
    void theDocumentationHasEveryMetricAsItIs() throws IOException {
        assertThat(Files.readString(Path.of("../docs/metrics.md")))
                .as("the table between the marks of docs/metrics.md is what MetricsReference.markdown() says")
                .contains("<!-- metrics: made by io.magnetar.mqtt.metrics.MetricsReference -->\n"
                        + MetricsReference.markdown()
                        + "<!-- end of metrics -->");
    }
}
