package io.magnetar.mqtt.codec;

import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.packet.StreamOptions;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.packet.Unsubscribe;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads SUBSCRIBE and UNSUBSCRIBE, MQTT 5.0 sections 3.8 and 3.10. Thread: the caller's; stateless. */
final class SubscribeDecoder {
    private static final String STREAM_OFFSET = "stream-offset";
    private static final String STREAM_OFFSET_ALIAS = "$stream.start-from";

    private SubscribeDecoder() {}

    static Subscribe subscribe(ByteBuf body, boolean mqtt5) throws PacketException {
        int packetId = WireReader.readPacketId(body);
        Properties properties = mqtt5 ? Properties.read(body, Property.Place.SUBSCRIBE) : Properties.NONE;
        int subscriptionId = (int) properties.positive(Property.SUBSCRIPTION_IDENTIFIER, -1);
        StreamOptions stream = streamOptions(properties.userProperties());
        List<Subscribe.Request> requests = new ArrayList<>();
        while (body.isReadable()) {
            requests.add(request(WireReader.readString(body), WireReader.readByte(body), stream, mqtt5));
        }
        if (requests.isEmpty()) {
            throw PacketException.protocolError("SUBSCRIBE has at least one topic filter"); // [MQTT-3.8.3-2]
        }
        return new Subscribe(packetId, Math.max(subscriptionId, Subscribe.NO_ID), List.copyOf(requests));
    }

    private static StreamOptions streamOptions(List<UserProperty> properties) {
        if (properties.isEmpty()) {
            return StreamOptions.NONE;
        }
        String offset = first(properties, STREAM_OFFSET);
        return new StreamOptions(
                offset == null ? first(properties, STREAM_OFFSET_ALIAS) : offset,
                first(properties, "stream-positions"),
                first(properties, "stream-wait"),
                first(properties, "stream-speed"),
                first(properties, "stream-rate"));
    }

    private static @Nullable String first(List<UserProperty> properties, String name) {
        for (UserProperty property : properties) {
            if (property.name().equals(name)) {
                return property.value();
            }
        }
        return null;
    }

    private static Subscribe.Request request(String filter, int options, StreamOptions stream, boolean mqtt5)
            throws PacketException {
        int qos = options & 3;
        if (qos == 3) {
            throw PacketException.protocolError("QoS is 0, 1 or 2, not 3");
        }
        int reserved = mqtt5 ? 0xC0 : 0xFC;
        if ((options & reserved) != 0) {
            throw PacketException.malformed("reserved bits of the subscription options are 0"); // [MQTT-3.8.3-5]
        }
        int retainHandling = (options >> 4) & 3;
        if (retainHandling == 3) {
            throw PacketException.protocolError("retain handling is 0, 1 or 2, not 3");
        }
        boolean noLocal = (options & 4) != 0;
        if (noLocal && filter.startsWith("$share/")) {
            throw PacketException.protocolError("No Local is not for shared subscriptions"); // [MQTT-3.8.3-4]
        }
        return new Subscribe.Request(filter, Qos.of(qos), noLocal, (options & 8) != 0, retainHandling, stream);
    }

    static Unsubscribe unsubscribe(ByteBuf body, boolean mqtt5) throws PacketException {
        int packetId = WireReader.readPacketId(body);
        if (mqtt5) {
            Properties.read(body, Property.Place.UNSUBSCRIBE);
        }
        List<String> filters = new ArrayList<>();
        while (body.isReadable()) {
            filters.add(WireReader.readString(body));
        }
        if (filters.isEmpty()) {
            throw PacketException.protocolError("UNSUBSCRIBE has at least one topic filter"); // [MQTT-3.10.3-2]
        }
        return new Unsubscribe(packetId, List.copyOf(filters));
    }
}
