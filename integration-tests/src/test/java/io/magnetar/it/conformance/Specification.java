package io.magnetar.it.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One of the MQTT specifications: its numbered statements, as the resource files list them.
 *
 * @param title as a heading
 * @param prefix what stands before its ids in comments of tests, empty for MQTT 5.0
 * @param statements what concerns a server, by id, in the order of the specification
 * @param clientOnly the ids of what only a client can keep
 */
record Specification(String title, String prefix, Map<String, String> statements, List<String> clientOnly) {
    private static final String CLIENT = "client:";

    static List<Specification> all() {
        return List.of(read("MQTT 5.0", "", "mqtt-5.0.txt"), read("MQTT 3.1.1", "3.1.1: ", "mqtt-3.1.1.txt"));
    }

    private static Specification read(String title, String prefix, String file) {
        Map<String, String> statements = new LinkedHashMap<>();
        List<String> clientOnly = new ArrayList<>();
        for (String line : lines(file)) {
            String[] parts = line.split(" \\| ", 2);
            if (line.startsWith(CLIENT)) {
                clientOnly.addAll(List.of(line.substring(CLIENT.length()).trim().split(" ")));
            } else if (statements.put(parts[0], parts[1]) != null) {
                throw new IllegalStateException(file + " has " + parts[0] + " twice");
            }
        }
        return new Specification(title, prefix, statements, clientOnly);
    }

    /** The lines of a resource file that are neither empty nor comments. */
    static List<String> lines(String file) {
        String name = "/conformance/" + file;
        try (InputStream in = Objects.requireNonNull(Specification.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
