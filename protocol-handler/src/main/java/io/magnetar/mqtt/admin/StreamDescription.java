package io.magnetar.mqtt.admin;

import io.magnetar.stream.StreamDefinition;
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
        return description;
    }
}
