package io.magnetar.sink.message;

/** The Pulsar message properties that carry what an MQTT message has beside its payload. */
public final class PropertyNames {
    /** What all of them begin with. */
    public static final String PREFIX = "mqtt.";

    public static final String TOPIC = "mqtt.topic";
    /** When the broker received the message, epoch microseconds. */
    public static final String TIMESTAMP = "mqtt.ts";
    /** 0, 1 or 2. */
    public static final String QOS = "mqtt.qos";
    /** {@code true} when the publisher set RETAIN. */
    public static final String RETAIN = "mqtt.retain";

    public static final String CLIENT_ID = "mqtt.client-id";
    public static final String USERNAME = "mqtt.username";
    public static final String CONTENT_TYPE = "mqtt.content-type";

    private PropertyNames() {}
}
