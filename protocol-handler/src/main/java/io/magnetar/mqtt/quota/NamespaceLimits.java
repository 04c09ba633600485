package io.magnetar.mqtt.quota;

import io.magnetar.mqtt.retain.RetainLimits;

/**
 * What a namespace may use. Where nothing else is said 0 is as much as comes.
 *
 * <p>Thread: immutable.
 *
 * @param clients how many there are of them
 * @param in what all clients together send to a broker
 * @param out what all clients together are sent by a broker
 * @param client what each of them may use
 * @param retained what its retained messages take
 * @param streams what its streams take, in the whole cluster
 * @param maxPayloadBytes the largest payload of a message, 0 for any
 */
public record NamespaceLimits(
        Clients clients,
        Rates in,
        Rates out,
        ClientLimits client,
        RetainLimits retained,
        Streams streams,
        int maxPayloadBytes) {

    /**
     * The clients of a namespace at one broker.
     *
     * @param maxConnections how many are connected
     * @param maxSessions how many have a session that outlives the connection
     * @param maxSubscriptions how many subscriptions those have that are connected
     * @param connects how many come in a second
     */
    public record Clients(int maxConnections, int maxSessions, int maxSubscriptions, Rate connects) {}

    /**
     * The streams of a namespace.
     *
     * @param maxStreams how many there are, at least 1
     * @param maxStorageBytes what they store
     */
    public record Streams(int maxStreams, long maxStorageBytes) {}

    /** Nothing but what every client may use. */
    public static NamespaceLimits unlimited(ClientLimits client, RetainLimits retained, int maxStreams) {
        return new NamespaceLimits(
                new Clients(0, 0, 0, Rate.UNLIMITED),
                Rates.UNLIMITED,
                Rates.UNLIMITED,
                client,
                retained,
                new Streams(maxStreams, 0),
                0);
    }
}
