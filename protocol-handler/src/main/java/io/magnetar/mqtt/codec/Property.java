package io.magnetar.mqtt.codec;

import static io.magnetar.mqtt.codec.Property.Place.AUTH;
import static io.magnetar.mqtt.codec.Property.Place.CONNACK;
import static io.magnetar.mqtt.codec.Property.Place.CONNECT;
import static io.magnetar.mqtt.codec.Property.Place.DISCONNECT;
import static io.magnetar.mqtt.codec.Property.Place.PUBLISH;
import static io.magnetar.mqtt.codec.Property.Place.SUBSCRIBE;
import static io.magnetar.mqtt.codec.Property.Place.WILL;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The properties of MQTT 5.0 table 2-4: identifier, type, and where a client may send them. */
enum Property {
    PAYLOAD_FORMAT_INDICATOR(0x01, Type.BYTE, PUBLISH, WILL),
    MESSAGE_EXPIRY_INTERVAL(0x02, Type.FOUR_BYTES, PUBLISH, WILL),
    CONTENT_TYPE(0x03, Type.STRING, PUBLISH, WILL),
    RESPONSE_TOPIC(0x08, Type.STRING, PUBLISH, WILL),
    CORRELATION_DATA(0x09, Type.BINARY, PUBLISH, WILL),
    SUBSCRIPTION_IDENTIFIER(0x0B, Type.VARIABLE, SUBSCRIBE),
    SESSION_EXPIRY_INTERVAL(0x11, Type.FOUR_BYTES, CONNECT, CONNACK, DISCONNECT),
    ASSIGNED_CLIENT_IDENTIFIER(0x12, Type.STRING, CONNACK),
    SERVER_KEEP_ALIVE(0x13, Type.TWO_BYTES, CONNACK),
    AUTHENTICATION_METHOD(0x15, Type.STRING, CONNECT, CONNACK, AUTH),
    AUTHENTICATION_DATA(0x16, Type.BINARY, CONNECT, CONNACK, AUTH),
    REQUEST_PROBLEM_INFORMATION(0x17, Type.BYTE, CONNECT),
    WILL_DELAY_INTERVAL(0x18, Type.FOUR_BYTES, WILL),
    REQUEST_RESPONSE_INFORMATION(0x19, Type.BYTE, CONNECT),
    RESPONSE_INFORMATION(0x1A, Type.STRING, CONNACK),
    SERVER_REFERENCE(0x1C, Type.STRING, CONNACK, DISCONNECT),
    REASON_STRING(0x1F, Type.STRING, CONNACK, Place.ACK, DISCONNECT, AUTH),
    RECEIVE_MAXIMUM(0x21, Type.TWO_BYTES, CONNECT, CONNACK),
    TOPIC_ALIAS_MAXIMUM(0x22, Type.TWO_BYTES, CONNECT, CONNACK),
    TOPIC_ALIAS(0x23, Type.TWO_BYTES, PUBLISH),
    MAXIMUM_QOS(0x24, Type.BYTE, CONNACK),
    RETAIN_AVAILABLE(0x25, Type.BYTE, CONNACK),
    USER_PROPERTY(0x26, Type.STRING_PAIR, Place.values()),
    MAXIMUM_PACKET_SIZE(0x27, Type.FOUR_BYTES, CONNECT, CONNACK),
    WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, Type.BYTE, CONNACK),
    SUBSCRIPTION_IDENTIFIERS_AVAILABLE(0x29, Type.BYTE, CONNACK),
    SHARED_SUBSCRIPTION_AVAILABLE(0x2A, Type.BYTE, CONNACK);

    private static final @Nullable Property[] BY_ID = new Property[0x2B];

    static {
        for (Property property : values()) {
            BY_ID[property.id] = property;
        }
    }

    private final int id;
    private final Type type;
    private final Set<Place> places;

    Property(int id, Type type, Place... places) {
        this.id = id;
        this.type = type;
        this.places = Set.copyOf(EnumSet.copyOf(Set.of(places)));
    }

    /** The property with an identifier, null when there is none. */
    static @Nullable Property of(int id) {
        return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
    }

    int id() {
        return id;
    }

    Type type() {
        return type;
    }

    boolean belongsTo(Place place) {
        return places.contains(place);
    }

    enum Type {
        BYTE,
        TWO_BYTES,
        FOUR_BYTES,
        VARIABLE,
        STRING,
        BINARY,
        STRING_PAIR
    }

    /** A property section of some packet. */
    enum Place {
        CONNECT,
        WILL,
        CONNACK,
        PUBLISH,
        ACK,
        SUBSCRIBE,
        UNSUBSCRIBE,
        DISCONNECT,
        AUTH
    }
}
