package io.magnetar.stream.layout;

/**
 * The Pulsar message properties that carry what an MQTT message has beside its payload. All are optional to a reader; the
 * broker always writes {@link #TOPIC}, {@link #TIMESTAMP} and {@link #QOS}.
 */
final class PropertyNames {
    /** What all of them begin with. */
    static final String PREFIX = "mqtt.";

    /** The topic name. */
    static final String TOPIC = "mqtt.topic";
    /** When the broker received the message, epoch microseconds. */
    static final String TIMESTAMP = "mqtt.ts";
    /** 0, 1 or 2. */
    static final String QOS = "mqtt.qos";
    /** {@code true} when the publisher set RETAIN. */
    static final String RETAIN = "mqtt.retain";

    static final String CLIENT_ID = "mqtt.client-id";
    static final String USERNAME = "mqtt.username";
    static final String CONTENT_TYPE = "mqtt.content-type";
    static final String RESPONSE_TOPIC = "mqtt.response-topic";
    /** In base64. */
    static final String CORRELATION_DATA = "mqtt.correlation-data";
    /** {@code 1} when the payload is UTF-8. */
    static final String PAYLOAD_FORMAT = "mqtt.payload-format";
    /** When the message expires, epoch milliseconds. */
    static final String EXPIRY = "mqtt.expiry";
    /** All user properties in their order, a JSON array of pairs; see {@link UserPropertyForms}. */
    static final String USER_PROPERTIES = "mqtt.user-properties";
    /** Tells one publish from all others that must not be stored twice; see {@link io.magnetar.message.PublishMark}. */
    static final String MARK = "mqtt.mark";

    private PropertyNames() {}
}
