package io.magnetar.mqtt.users;

import org.jspecify.annotations.Nullable;

/**
 * What is recorded of a user.
 *
 * <p>Thread: immutable.
 *
 * @param password null when it has none that it may show in CONNECT
 * @param sha256 for SCRAM-SHA-256, or null
 * @param sha512 for SCRAM-SHA-512, or null
 * @param superuser it may do everything in its namespace
 */
public record User(
        @Nullable PasswordHash password,
        @Nullable ScramCredential sha256,
        @Nullable ScramCredential sha512,
        boolean superuser) {
    /** Of a record that cannot be read: nobody is let in with it. */
    static final User UNREADABLE = new User(null, null, null, false);

    @Nullable
    ScramCredential credential(ScramMechanism mechanism) {
        return mechanism == ScramMechanism.SHA_256 ? sha256 : sha512;
    }
}
