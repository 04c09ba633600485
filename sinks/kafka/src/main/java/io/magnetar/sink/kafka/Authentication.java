package io.magnetar.sink.kafka;

/**
 * How the sink shows Kafka who it is.
 *
 * <p>Thread: immutable.
 */
enum Authentication {
    NONE(""),
    PLAIN("PLAIN"),
    SCRAM_SHA_256("SCRAM-SHA-256"),
    SCRAM_SHA_512("SCRAM-SHA-512"),
    /** With a certificate of the client; TLS has to be on. */
    MTLS(""),
    OAUTH("OAUTHBEARER");

    private final String mechanism;

    Authentication(String mechanism) {
        this.mechanism = mechanism;
    }

    /** Of SASL, or empty when it is not used. */
    String mechanism() {
        return mechanism;
    }

    boolean hasPassword() {
        return this == PLAIN || this == SCRAM_SHA_256 || this == SCRAM_SHA_512;
    }
}
