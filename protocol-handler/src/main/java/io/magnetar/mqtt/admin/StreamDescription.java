package io.magnetar.mqtt.admin;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamLimits;
import java.util.LinkedHashMap;
import java.util.Map;

/** A stream in words for JSON. Stateless. */
public final class StreamDescription {
    private StreamDescription() {}

    public static Map<String, Object> of(StreamDefinition stream) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("namespace", stream.namespace().name());
        description.put("name", stream.name());
        description.put("filter", stream.filter().value());
        description.put("key", stream.key().toString());
        description.put("partitions", stream.partitions());
        description.put("orderBuckets", stream.orderBuckets());
        description.put("lastValue", stream.lastValue());
        if (stream.limits().isLimited()) {
            description.put("limits", of(stream.limits()));
        }
        return description;
    }

    /** What each partition holds. */
    static Map<String, Object> of(StreamLimits limits) {
        Map<String, Object> description = new LinkedHashMap<>();
        if (limits.maxMessages() != StreamLimits.UNLIMITED) {
            description.put("maxMessages", limits.maxMessages());
        }
        if (limits.maxBytes() != StreamLimits.UNLIMITED) {
            description.put("maxBytes", limits.maxBytes());
        }
        description.put("whenFull", limits.rejects() ? "reject" : "drop-oldest");
        return description;
    }
}
