package io.magnetar.mqtt.retain;

/**
 * What the retained messages of one namespace may take.
 *
 * @param maxMessages how many there are at most
 * @param maxBytes the memory that they take, each counted by {@link io.magnetar.message.Message#weight()}
 * @param maxPayloadBytes the largest payload of one
 */
public record RetainLimits(int maxMessages, long maxBytes, int maxPayloadBytes) {}
