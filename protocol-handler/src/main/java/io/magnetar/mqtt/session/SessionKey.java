package io.magnetar.mqtt.session;

import io.magnetar.tenancy.Namespace;

/** The identity of a session: no client identifier means anything without its namespace. */
public record SessionKey(Namespace namespace, String clientId) {}
