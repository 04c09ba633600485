package io.magnetar.mqtt.session;

import java.util.List;

/**
 * How a connected session is at a moment.
 *
 * <p>Thread: immutable.
 *
 * @param filters of its subscriptions, as the client wrote them
 * @param inFlight QoS 1 and 2 messages that the client has not acknowledged
 * @param queued QoS 1 and 2 messages that wait in memory for the client, beside those that a log owes it
 * @param queuedBytes their weight
 */
public record SessionFigures(List<String> filters, int inFlight, int queued, long queuedBytes) {}
