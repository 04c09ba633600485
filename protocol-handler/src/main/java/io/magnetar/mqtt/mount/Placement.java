package io.magnetar.mqtt.mount;

import io.magnetar.tenancy.Namespace;
import org.jspecify.annotations.Nullable;

/**
 * Where a client's session and its topics are.
 *
 * <p>Thread: immutable.
 *
 * @param clientId by which the broker knows it in that namespace
 * @param mountpoint null when its topics are what it writes
 */
public record Placement(
        Namespace namespace, String clientId, @Nullable Mountpoint mountpoint) {}
