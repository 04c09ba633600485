package io.magnetar.mqtt.auth.jwt;

import org.jspecify.annotations.Nullable;

/**
 * The claims that tell what a client is, by their names or JSON pointers; null for those that are not looked at.
 *
 * <p>Thread: immutable.
 */
public record ClaimNames(
        @Nullable String namespace,
        @Nullable String role,
        @Nullable String superuser,
        @Nullable String rules) {}
