package io.magnetar.mqtt.record;

import io.magnetar.message.PublishMark;
import io.magnetar.mqtt.packet.Connect;
import org.jspecify.annotations.Nullable;

/**
 * The will of a session's last connection.
 *
 * @param username of that connection
 * @param mark its publication carries it, so that it is known to have been published
 * @param dueMillis when it is to be published, epoch milliseconds; {@link #WHEN_THE_CONNECTION_ENDS} until that is known
 */
public record WillRecord(Connect.Will will, @Nullable String username, PublishMark mark, long dueMillis) {
    public static final long WHEN_THE_CONNECTION_ENDS = -1;

    /** The same, due at a time. */
    public WillRecord dueAt(long epochMillis) {
        return new WillRecord(will, username, mark, epochMillis);
    }
}
