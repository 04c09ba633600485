package io.magnetar.mqtt.access;

import io.magnetar.mqtt.counters.DecidedBy;
import org.jspecify.annotations.Nullable;

/**
 * A decision, and where it comes from.
 *
 * <p>Thread: immutable.
 *
 * @param rule the rule that decided, where a rule did
 * @param lasts whether it holds until rules change; otherwise for as long as answers are remembered
 */
public record Outcome(
        Decision decision, DecidedBy by, @Nullable Rule rule, boolean lasts) {}
