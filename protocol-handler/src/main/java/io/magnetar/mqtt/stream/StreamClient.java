package io.magnetar.mqtt.stream;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.access.ClientAccess;
import io.magnetar.mqtt.packet.ProtocolVersion;

/** Who reads a stream. Thread: the connection's owner. */
public record StreamClient(ClientAccess access, ProtocolVersion version) {
    Publisher identity() {
        return access.publisher();
    }

    /** As who may have streams made. */
    Publisher proved() {
        return access.proved();
    }
}
