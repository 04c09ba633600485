package io.magnetar.it.stream;

import io.magnetar.stream.StreamDefinition;

/**
 * Updates the keys of a last-value stream, which are below {@code a/}: each message was received a millisecond after the one before it.
 *
 * <p>Thread: the test's.
 */
final class KeyUpdates {
    /** When the newest message was received, epoch microseconds; a test may move it. */
    long at;

    /** @param beganMicros when the first message of a test was received, epoch microseconds, less a millisecond */
    KeyUpdates(long beganMicros) {
        at = beganMicros;
    }

    void update(Streams streams, StreamDefinition stream, String key, String payload) throws Exception {
        at += 1_000;
        streams.appendAndConfirm(stream, streams.message("c", "a/" + key, payload, at));
    }

    /** Updates the keys {@code k0} and so on, each with its name and a version. */
    void updateAll(Streams streams, StreamDefinition stream, int keys, String version) throws Exception {
        for (int key = 0; key < keys; key++) {
            update(streams, stream, "k" + key, "k" + key + version);
        }
    }
}
