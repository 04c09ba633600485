package io.magnetar.mqtt.codec;

import io.magnetar.message.UserProperty;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The properties of one received packet, MQTT 5.0 section 2.2.2. Thread: immutable once read. */
final class Properties {
    static final Properties NONE = new Properties(Map.of(), List.of());

    private final Map<Property, Object> values;
    private final List<UserProperty> userProperties;

    private Properties(Map<Property, Object> values, List<UserProperty> userProperties) {
        this.values = values;
        this.userProperties = userProperties;
    }

    /**
     * Reads a property section: its length, and its properties, each one known, in its place and, but for user properties,
     * there once.
     */
    static Properties read(ByteBuf body, Property.Place place) throws PacketException {
        int length = WireReader.readVariable(body);
        if (length == 0) {
            return NONE;
        }
        WireReader.need(body, length);
        ByteBuf section = body.readSlice(length);
        Map<Property, Object> values = new EnumMap<>(Property.class);
        List<UserProperty> userProperties = new ArrayList<>();
        while (section.isReadable()) {
            int id = WireReader.readVariable(section);
            Property property = Property.of(id);
            if (property == null || !property.belongsTo(place)) {
                throw PacketException.malformed(
                        "property 0x" + Integer.toHexString(id) + " does not belong to " + place);
            }
            if (property == Property.USER_PROPERTY) {
                userProperties.add(new UserProperty(WireReader.readString(section), WireReader.readString(section)));
            } else if (values.put(property, readValue(section, property)) != null) {
                throw PacketException.protocolError("property " + property + " is there twice");
            }
        }
        return new Properties(values, userProperties);
    }

    private static Object readValue(ByteBuf section, Property property) throws PacketException {
        return switch (property.type()) {
            case BYTE -> (long) WireReader.readByte(section);
            case TWO_BYTES -> (long) WireReader.readTwoBytes(section);
            case FOUR_BYTES -> WireReader.readFourBytes(section);
            case VARIABLE -> (long) WireReader.readVariable(section);
            case STRING -> WireReader.readString(section);
            case BINARY -> WireReader.readBinary(section);
            case STRING_PAIR -> throw new IllegalStateException("read by the caller");
        };
    }

    boolean has(Property property) {
        return values.containsKey(property);
    }

    long number(Property property, long otherwise) {
        Object value = values.get(property);
        return value == null ? otherwise : (Long) value;
    }

    /** A byte property that is 0 or 1. */
    boolean flag(Property property, boolean otherwise) throws PacketException {
        long value = number(property, otherwise ? 1 : 0);
        if (value > 1) {
            throw PacketException.protocolError("property " + property + " is 0 or 1, not " + value);
        }
        return value == 1;
    }

    /** A number that may not be zero. */
    long positive(Property property, long otherwise) throws PacketException {
        long value = number(property, otherwise);
        if (value == 0) {
            throw PacketException.protocolError("property " + property + " may not be 0");
        }
        return value;
    }

    @Nullable
    String string(Property property) {
        return (String) values.get(property);
    }

    byte @Nullable [] binary(Property property) {
        return (byte[]) values.get(property);
    }

    List<UserProperty> userProperties() {
        return userProperties;
    }
}
