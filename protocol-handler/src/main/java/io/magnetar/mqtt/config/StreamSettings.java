package io.magnetar.mqtt.config;

import io.magnetar.mqtt.auth.StreamCreators;
import io.magnetar.stream.definition.StreamTemplate;
import org.jspecify.annotations.Nullable;

/**
 * Streams.
 *
 * @param maxGroups how many groups that share it a stream may have
 * @param creators who may have one made by subscribing; null when none is ever made so
 * @param template of those that are
 */
public record StreamSettings(int maxGroups, @Nullable StreamCreators creators, StreamTemplate template) {}
