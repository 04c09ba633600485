package io.magnetar.mqtt.connect;

/**
 * What CONNECT is measured by, and what CONNACK grants.
 *
 * @param maxClientIdLength in characters
 * @param maxPacketSize the largest packet taken, in bytes
 * @param topicAliasMaximum the highest topic alias in either direction, 0 for none
 * @param maxKeepAliveSeconds what an MQTT 5 client may ask for, 0 for anything
 * @param responseInformation what comes before the client identifier in Response Information; empty for none to be given
 * @param sessionExpiry how long sessions outlive their connections
 */
public record ConnectSettings(
        int maxClientIdLength,
        int maxPacketSize,
        int topicAliasMaximum,
        int maxKeepAliveSeconds,
        String responseInformation,
        SessionExpiry sessionExpiry) {

    /**
     * How long sessions outlive their connections.
     *
     * @param maxSeconds what an MQTT 5 client may ask for
     * @param defaultSeconds before MQTT 5, without CleanSession
     */
    public record SessionExpiry(long maxSeconds, long defaultSeconds) {}
}
