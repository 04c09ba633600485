package io.magnetar.mqtt.connection;

/**
 * What a connection may do before and beside its session.
 *
 * @param maxPacketSize the largest packet taken, in bytes
 * @param connectTimeoutMillis how long a connection may take until its CONNECT is whole
 * @param keepAlivePercent how long a client may be silent, in hundredths of its keep-alive
 * @param maxMessageRate how many PUBLISH packets of a client are read in a second, 0 for all
 * @param maxByteRate how many bytes of a client's packets are read in a second, 0 for all
 * @param outboundBufferBytes how many bytes may wait for a client; beyond it QoS 0 is dropped and the rest waits
 */
public record ConnectionSettings(
        int maxPacketSize,
        long connectTimeoutMillis,
        int keepAlivePercent,
        int maxMessageRate,
        int maxByteRate,
        int outboundBufferBytes) {}
