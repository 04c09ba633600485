package io.magnetar.mqtt.connection;

/**
 * What a connection may do before and beside its session.
 *
 * @param maxPacketSize the largest packet taken, in bytes
 * @param connectTimeoutMillis how long a connection may take until its CONNECT is whole
 * @param keepAlivePercent how long a client may be silent, in hundredths of its keep-alive
 * @param outboundBufferBytes how many bytes may wait for a client; beyond it QoS 0 is dropped and the rest waits
 */
public record ConnectionSettings(
        int maxPacketSize, long connectTimeoutMillis, int keepAlivePercent, int outboundBufferBytes) {}
