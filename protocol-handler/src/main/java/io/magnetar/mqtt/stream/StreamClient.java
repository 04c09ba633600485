package io.magnetar.mqtt.stream;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.packet.ProtocolVersion;

/** Who reads a stream. Thread: immutable. */
public record StreamClient(Publisher identity, ProtocolVersion version) {}
