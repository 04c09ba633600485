package io.magnetar.message;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT 5 properties of a message that travel from publisher to subscriber, MQTT 5.0 section 3.3.2.3.
 *
 * <p>Thread: immutable; {@code correlationData} is never written to.
 *
 * @param payloadIsUtf8 the payload format indicator is 1
 * @param expiresAtMillis when the message expires, epoch milliseconds, or {@link #NEVER_EXPIRES}
 * @param contentType the content type, or null
 * @param responseTopic the response topic, or null
 * @param correlationData the correlation data, or null
 * @param userProperties the user properties in their order
 */
public record MessageProperties(
        boolean payloadIsUtf8,
        long expiresAtMillis,
        @Nullable String contentType,
        @Nullable String responseTopic,
        byte @Nullable [] correlationData,
        List<UserProperty> userProperties) {

    public static final long NEVER_EXPIRES = Long.MAX_VALUE;

    private static final int PROPERTY_OVERHEAD_BYTES = 64;

    /** No property at all: every message of MQTT 3.1.1. */
    public static final MessageProperties NONE =
            new MessageProperties(false, NEVER_EXPIRES, null, null, null, List.of());

    // Written out, not compact: only so does the class file say that correlationData may be null.
    public MessageProperties(
            boolean payloadIsUtf8,
            long expiresAtMillis,
            @Nullable String contentType,
            @Nullable String responseTopic,
            byte @Nullable [] correlationData,
            List<UserProperty> userProperties) {
        this.payloadIsUtf8 = payloadIsUtf8;
        this.expiresAtMillis = expiresAtMillis;
        this.contentType = contentType;
        this.responseTopic = responseTopic;
        this.correlationData = correlationData;
        this.userProperties = List.copyOf(userProperties);
    }

    /** About how many bytes they hold in memory. */
    public int weight() {
        int bytes =
                length(contentType) + length(responseTopic) + (correlationData == null ? 0 : correlationData.length);
        for (UserProperty property : userProperties) {
            bytes += length(property.name()) + length(property.value()) + PROPERTY_OVERHEAD_BYTES;
        }
        return bytes;
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    public boolean expires() {
        return expiresAtMillis != NEVER_EXPIRES;
    }

    /** The same properties with another expiry, in epoch milliseconds. */
    public MessageProperties expiringAt(long epochMillis) {
        return new MessageProperties(
                payloadIsUtf8, epochMillis, contentType, responseTopic, correlationData, userProperties);
    }

    /** The same properties with user properties added at the end. */
    public MessageProperties withUserProperties(List<UserProperty> added) {
        List<UserProperty> all = new ArrayList<>(userProperties);
        all.addAll(added);
        return new MessageProperties(payloadIsUtf8, expiresAtMillis, contentType, responseTopic, correlationData, all);
    }
}
