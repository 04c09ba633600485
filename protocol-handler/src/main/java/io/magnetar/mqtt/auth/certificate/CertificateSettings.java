package io.magnetar.mqtt.auth.certificate;

/**
 * What a certificate says of its client.
 *
 * <p>Thread: immutable.
 *
 * @param name where the user name is in it
 * @param matches whether a client that sends a user name must send this one
 */
public record CertificateSettings(Name name, boolean matches) {
    /** A part of a certificate. */
    public enum Name {
        /** The first common name of the subject. */
        CN,
        /** The distinguished name of the subject, RFC 2253. */
        DN,
        /** One of the subject alternative names: the one that the client sends, else the first. */
        SAN
    }
}
