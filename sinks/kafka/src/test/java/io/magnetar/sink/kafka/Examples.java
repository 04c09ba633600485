package io.magnetar.sink.kafka;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The examples of {@code pulsar-conf/sinks}. */
final class Examples {
    private Examples() {}

    static Map<?, ?> read(String name) throws IOException {
        return new ObjectMapper(new YAMLFactory())
                .readValue(Path.of("../../pulsar-conf/sinks", name + ".yaml").toFile(), Map.class);
    }

    /** What the sink is given, without its secrets. */
    static Map<String, Object> configuration(String name) throws IOException {
        Map<String, Object> configuration = new HashMap<>();
        map(read(name).get("configs")).forEach((key, value) -> configuration.put((String) key, value));
        return configuration;
    }

    static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }
}
