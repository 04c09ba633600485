package io.magnetar.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A sink's configuration of {@code pulsar-conf/sinks} for the servers of a test. */
final class SinkExample {
    private SinkExample() {}

    /** The example with some of its text replaced, in a file. */
    static Path of(String name, Map<String, String> replaced) throws Exception {
        String yaml =
                Files.readString(Launcher.home().resolve("pulsar-conf/sinks").resolve(name + ".yaml"));
        for (Map.Entry<String, String> each : replaced.entrySet()) {
            assertThat(yaml).contains(each.getKey());
            yaml = yaml.replace(each.getKey(), each.getValue());
        }
        return Files.writeString(Files.createTempFile(Path.of("target"), name, ".yaml"), yaml)
                .toAbsolutePath();
    }
}
