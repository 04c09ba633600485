package io.magnetar.mqtt.packet;

import org.jspecify.annotations.Nullable;

/**
 * What the user properties of a SUBSCRIBE say about the streams that it names: as the client wrote it, not yet checked; null where
 * they say nothing.
 *
 * @param offset where to begin ({@code stream-offset}, or {@code $stream.start-from})
 * @param positions whether each message tells its position ({@code stream-positions})
 * @param waits whether to wait for a stream that does not exist ({@code stream-wait})
 * @param speed how fast the messages come, by the gaps between them ({@code stream-speed})
 * @param rate how many messages come in a second at most ({@code stream-rate})
 */
public record StreamOptions(
        @Nullable String offset,
        @Nullable String positions,
        @Nullable String waits,
        @Nullable String speed,
        @Nullable String rate) {
    public static final StreamOptions NONE = new StreamOptions(null, null, null, null, null);
}
