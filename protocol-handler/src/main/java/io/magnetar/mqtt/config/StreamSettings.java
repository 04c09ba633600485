package io.magnetar.mqtt.config;

import io.magnetar.mqtt.auth.StreamCreators;
import io.magnetar.stream.definition.StreamTemplate;
import org.jspecify.annotations.Nullable;

/**
 * Streams.
 *
 * @param creators who may have one made by subscribing; null when none is ever made so
 * @param template of those that are
 */
public record StreamSettings(@Nullable StreamCreators creators, StreamTemplate template) {}
