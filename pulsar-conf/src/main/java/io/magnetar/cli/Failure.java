package io.magnetar.cli;

import org.apache.pulsar.client.admin.PulsarAdminException;

/** Failures as pulsar-admin prints them: without a stack trace, and with an exit code that is not 0. Stateless. */
final class Failure {
    private Failure() {}

    /**
     * @param what a sentence on what is wrong, printed first
     * @param reason printed behind "Reason:"
     */
    static PulsarAdminException of(String what, String reason) {
        return new PulsarAdminException(reason, null, what, 0);
    }
}
