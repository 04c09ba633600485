package io.magnetar.mqtt.auth;

import io.magnetar.mqtt.listener.Peer;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a client is who it says it is, by one or more steps: one for user name and password, as many as it takes for
 * a method of enhanced authentication, MQTT 5.0 section 4.12.
 *
 * <p>Thread: any.
 */
@FunctionalInterface
public interface Authenticator {
    /** Lets everybody in. */
    Authenticator EVERYBODY = claim -> data -> CompletableFuture.completedFuture(new Success(null));

    /** Begins with a client. */
    Exchange begin(Claim claim);

    /**
     * Has the last word on a client that has come in before its namespace was known. Never throws; a failed future means that nobody
     * could be asked.
     *
     * @param claim what it has said at the begin, in the namespace that it is about to enter
     * @param known what was said of it before
     * @return completes on any thread, with a success when it may enter, and with what is known of it there
     */
    default CompletableFuture<Step> confirm(Claim claim, Success known) {
        return CompletableFuture.completedFuture(known);
    }

    /**
     * Who a client says it is.
     *
     * @param namespace the one that it will be in when it is let in; null when the answer may decide that
     * @param clientId as sent, empty when the server is to choose one
     * @param peer who is at the other end, with the certificate that it has shown
     */
    record Claim(
            @Nullable Namespace namespace,
            String clientId,
            @Nullable String username,
            byte @Nullable [] password,
            Peer peer) {
        /** The same in a namespace. */
        Claim in(Namespace entered) {
            return new Claim(entered, clientId, username, password, peer);
        }

        /** The same without the password. */
        Claim withoutPassword() {
            return new Claim(namespace, clientId, username, null, peer);
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "the client '" + clientId + "' of user " + username + " in " + namespace + " at " + peer;
        }
    }

    /** The steps with one client; the next one comes when the last one has answered. */
    @FunctionalInterface
    interface Exchange {
        /**
         * Takes what the client says and tells what comes next. Never throws; a failed future means that nobody could be asked.
         *
         * @param data the authentication data of CONNECT or AUTH, null when there are none
         * @return completes on any thread
         */
        CompletableFuture<Step> next(byte @Nullable [] data);
    }

    /** What comes next. */
    sealed interface Step permits Continue, Success, Failure {}

    /** The client is to answer. */
    record Continue(byte[] data) implements Step {}

    /**
     * The client is who it says it is.
     *
     * @param data what the client is told last, or null
     * @param source the name of the source that knew it, or null
     * @param credential tells when what it has shown is no longer good; null when nobody will tell
     */
    record Success(
            byte @Nullable [] data,
            Identity identity,
            @Nullable String source,
            @Nullable WatchedCredential credential) implements Step {
        public Success(byte @Nullable [] data, Identity identity) {
            this(data, identity, null, null);
        }

        /** Of a client of which nothing else is known. */
        public Success(byte @Nullable [] data) {
            this(data, Identity.PLAIN);
        }
    }

    /**
     * The client is not let in.
     *
     * @param code for CONNACK, or for DISCONNECT when it had been let in before
     */
    record Failure(ReasonCode code, String reason) implements Step {}
}
