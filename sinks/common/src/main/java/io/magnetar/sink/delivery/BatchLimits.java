package io.magnetar.sink.delivery;

import java.time.Duration;

/**
 * When a batch is full.
 *
 * @param maxItems in a batch
 * @param maxBytes in a batch, by the sizes that its items were added with; an item that is larger goes alone
 * @param maxDelay that the first item of a batch waits for others
 */
public record BatchLimits(int maxItems, long maxBytes, Duration maxDelay) {}
