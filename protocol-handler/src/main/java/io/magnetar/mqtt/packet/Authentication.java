package io.magnetar.mqtt.packet;

import org.jspecify.annotations.Nullable;

/**
 * A step of enhanced authentication as it travels in CONNECT, CONNACK and AUTH, MQTT 5.0 section 4.12.
 *
 * @param method the name of the authentication method
 * @param data what the method says in this step, or null
 */
public record Authentication(String method, byte @Nullable [] data) {}
