package io.magnetar.mqtt.session;

import io.magnetar.mqtt.record.StreamProgress;
import io.magnetar.mqtt.record.StreamStart;
import org.jspecify.annotations.Nullable;

/**
 * Where a durable session is in a stream, as its records tell.
 *
 * <p>Thread: immutable.
 *
 * @param connected whether the session has a connection; its progress is then about a second old
 * @param filter the subscription, as its client wrote it
 * @param progress how far it has come from the start; null before anything is recorded
 */
public record StreamCursor(
        SessionKey session,
        boolean connected,
        String filter,
        StreamStart start,
        @Nullable StreamProgress progress) {}
