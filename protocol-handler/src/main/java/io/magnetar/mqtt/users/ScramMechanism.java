package io.magnetar.mqtt.users;

/** The mechanisms of SCRAM, RFC 5802 and 7677, without channel binding: MQTT's connections have none to name. */
public enum ScramMechanism {
    SHA_256("SCRAM-SHA-256", "SHA-256"),
    SHA_512("SCRAM-SHA-512", "SHA-512");

    private final String method;
    private final String digest;

    ScramMechanism(String method, String digest) {
        this.method = method;
        this.digest = digest;
    }

    /** The authentication method that clients name. */
    public String method() {
        return method;
    }

    String digest() {
        return digest;
    }
}
