package io.magnetar.mqtt.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.mqtt.admin.StreamDescription;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.stream.StreamCatalog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * What {@code GET /status} answers: ready or why not, the listeners, the counters; and, to programs on this machine, the streams and
 * the refused ones with what is wrong with them. Whoever else reaches the page learns nothing of tenants.
 *
 * <p>Thread: any.
 */
public final class StatusPage {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Object> about;
    private final Supplier<Readiness> readiness;
    private final Supplier<List<String>> listeners;
    private final Supplier<Map<String, Object>> admission;
    private final IntSupplier namespaces;
    private final StreamCatalog streams;
    private final Counters counters;

    /** @param about what does not change while the broker runs, its version among it */
    public StatusPage(
            Map<String, Object> about,
            Supplier<Readiness> readiness,
            Supplier<List<String>> listeners,
            Supplier<Map<String, Object>> admission,
            IntSupplier namespaces,
            StreamCatalog streams,
            Counters counters) {
        this.about = new TreeMap<>(about);
        this.readiness = readiness;
        this.listeners = listeners;
        this.admission = admission;
        this.namespaces = namespaces;
        this.streams = streams;
        this.counters = counters;
    }

    /**
     * The answer.
     *
     * @param ready clients are served
     * @param json the body
     */
    record Answer(boolean ready, byte[] json) {}

    /** @param local whoever asks is on this machine */
    Answer answer(boolean local) throws JsonProcessingException {
        Readiness now = readiness.get();
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("ready", now.ready());
        status.put("reason", now.ready() ? null : now.reason());
        status.putAll(about);
        status.put("listeners", listeners.get());
        status.put("admission", admission.get());
        status.put("namespaces", Map.of("open", namespaces.getAsInt()));
        if (local) {
            status.put(
                    "streams", streams.all().stream().map(StreamDescription::of).toList());
            status.put("refusedStreams", streams.refused());
        }
        status.put("counters", counters.snapshot());
        return new Answer(now.ready(), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(status));
    }
}
