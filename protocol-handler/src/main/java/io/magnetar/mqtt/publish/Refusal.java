package io.magnetar.mqtt.publish;

import io.magnetar.mqtt.packet.ReasonCode;

/**
 * Why a publish is not taken.
 *
 * @param code for PUBACK or PUBREC
 * @param reason for the client
 */
record Refusal(ReasonCode code, String reason) {}
