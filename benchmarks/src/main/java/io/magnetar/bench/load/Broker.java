package io.magnetar.bench.load;

import io.magnetar.bench.wire.MqttVersion;
import java.net.InetSocketAddress;

/** Where a broker listens, and which MQTT to speak there. */
public record Broker(InetSocketAddress address, MqttVersion version) {}
