package io.magnetar.stream.append;

/**
 * How streams are appended to.
 *
 * @param writerName the name of this broker's producers, the same after a restart and no other broker's: Pulsar drops by it
 *     what was sent twice
 * @param timeoutMillis how long a message may wait for its confirmation
 * @param maxPendingBytes how much may wait altogether; what comes on top is answered as unavailable at once
 * @param threads how many threads fill the batches
 */
public record AppendSettings(String writerName, int timeoutMillis, long maxPendingBytes, int threads) {}
