package io.magnetar.mqtt.packet;

import org.jspecify.annotations.Nullable;

/**
 * AUTH, MQTT 5.0 section 3.15, of either side.
 *
 * @param reasonCode success, continue authentication or re-authenticate
 * @param authentication null when a client leaves out the method, which is an error that only the flow can judge
 * @param reason a reason string, or null
 */
public record Auth(
        ReasonCode reasonCode,
        @Nullable Authentication authentication,
        @Nullable String reason) implements Packet {}
