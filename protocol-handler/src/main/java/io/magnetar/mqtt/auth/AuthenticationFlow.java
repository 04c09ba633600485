package io.magnetar.mqtt.auth;

import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.listener.Peer;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.Auth;
import io.magnetar.mqtt.packet.Authentication;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The authentication of one connection, when it connects and as often as its client wants it after that.
 *
 * <pre>
 *   CONNECT ----------> asks --Success, Failure--> told to the listener, who sends CONNACK
 *                       ^  |
 *   AUTH continue ------+  +--Continue--> AUTH continue, awaits the client
 *
 *   AUTH re-authenticate -> the same again while the connection lives on; Success sends AUTH, Failure ends the connection
 * </pre>
 *
 * All clients come through here: those who name no method take one step.
 *
 * <p>Thread: the connection's owner.
 */
public final class AuthenticationFlow {
    private static final String EXPIRED = "the credential has expired";

    private static final String UNASKED = "nobody could be asked who this is";

    private enum State {
        IDLE,
        ASKS,
        AWAITS_CLIENT
    }

    private final Authenticators authenticators;
    private final PacketSink sink;
    private final Owner owner;
    private final long timeoutMillis;

    private State state = State.IDLE;
    private Authenticator.@Nullable Claim claim;
    /** With the password, until it is known where the client is. */
    private Authenticator.@Nullable Claim unconfirmed;

    private @Nullable String method;
    private @Nullable Authenticator authenticator;
    private Authenticator.@Nullable Exchange exchange;
    private @Nullable Listener listener;
    private int exchanges;
    private boolean ended;
    private final CredentialExpiry expiry;
    /** Ends the watch over the credential. */
    private Runnable unwatch = AuthenticationFlow::watchedByNobody;

    /** Hears of what comes after the first success, too. */
    private @Nullable Listener connection;
    /** The first success. */
    private Authenticator.@Nullable Success known;
    /** The namespace that it named. */
    private @Nullable String answered;

    private Consumer<Identity> onAgain = identity -> {};

    /** What becomes of an exchange. Called at the owner. */
    public interface Listener {
        /** It is the client's turn: its next packet is to be AUTH. */
        void continued();

        /**
         * The client is who it says it is.
         *
         * @param last what CONNACK or AUTH says at the end; null for a client that named no method
         */
        void authenticated(@Nullable Authentication last, Identity identity);

        void refused(ReasonCode code, String reason);

        /**
         * The credential of a client that is who it says it is is no longer good: the connection is to end.
         *
         * @param reason a sentence for the client
         */
        void credentialEnded(String reason);
    }

    /**
     * @param nowMillis milliseconds since the epoch
     * @param timeoutMillis how long a re-authentication may take
     */
    public AuthenticationFlow(
            Authenticators authenticators, PacketSink sink, Owner owner, LongSupplier nowMillis, long timeoutMillis) {
        this.expiry = new CredentialExpiry(owner, nowMillis, () -> credentialEnded(EXPIRED));
        this.authenticators = authenticators;
        this.sink = sink;
        this.owner = owner;
        this.timeoutMillis = timeoutMillis;
    }

    /**
     * Authenticates a client that connects. May tell the listener before it returns.
     *
     * @param namespace the one that the client will be in; null when the answer may decide that
     */
    public void onConnect(Connect connect, @Nullable Namespace namespace, Peer peer, Listener outcome) {
        Authentication first = connect.authentication();
        connection = outcome;
        method = first == null ? null : first.method();
        Authenticator.Claim all =
                new Authenticator.Claim(namespace, connect.clientId(), connect.username(), connect.password(), peer);
        // The password is not kept for a later authentication.
        claim = all.withoutPassword();
        unconfirmed = namespace == null ? all : null;
        authenticator = authenticators.of(method).orElse(null);
        if (authenticator == null) {
            outcome.refused(ReasonCode.BAD_AUTHENTICATION_METHOD, "this authentication method is not available");
            return;
        }
        begin(all, first == null ? null : first.data(), outcome);
    }

    /** It is the client's turn: its next packet is to be AUTH. */
    public boolean awaitsClient() {
        return state == State.AWAITS_CLIENT;
    }

    /** @throws PacketException when AUTH is not what the exchange waits for */
    public void onAuth(Auth auth) throws PacketException {
        Authentication given = auth.authentication();
        if (method == null) {
            throw protocolError("AUTH needs an authentication method in CONNECT"); // [MQTT-4.12.0-7]
        }
        if (given == null || !given.method().equals(method)) {
            throw protocolError("the authentication method stays that of CONNECT"); // [MQTT-4.12.0-5], [MQTT-4.12.1-1]
        }
        if (state == State.AWAITS_CLIENT && auth.reasonCode() == ReasonCode.CONTINUE_AUTHENTICATION) {
            ask(given.data());
        } else if (state == State.IDLE && auth.reasonCode() == ReasonCode.RE_AUTHENTICATE) {
            begin(Objects.requireNonNull(claim), given.data(), new Again());
            endInTime(exchanges);
        } else {
            throw protocolError("AUTH comes out of turn");
        }
    }

    /** Has somebody told, at the owner, who the client is whenever it has authenticated again. */
    public void onAgain(Consumer<Identity> listener) {
        onAgain = listener;
    }

    private static PacketException protocolError(String problem) {
        return new PacketException(ReasonCode.PROTOCOL_ERROR, problem);
    }

    private void begin(Authenticator.Claim who, byte @Nullable [] data, Listener outcome) {
        exchanges++;
        listener = outcome;
        exchange = Objects.requireNonNull(authenticator).begin(who);
        ask(data);
    }

    private void ask(byte @Nullable [] data) {
        state = State.ASKS;
        var unused = Objects.requireNonNull(exchange).next(data).whenComplete((step, failure) -> {
            if (owner.isCurrentThread()) {
                answered(step, failure);
            } else {
                owner.execute(() -> answered(step, failure));
            }
        });
    }

    private void answered(Authenticator.@Nullable Step step, @Nullable Throwable failure) {
        if (ended) {
            return;
        }
        if (failure != null || step == null) {
            refuse(ReasonCode.SERVER_UNAVAILABLE, UNASKED);
        } else if (step instanceof Authenticator.Continue more && method != null) {
            state = State.AWAITS_CLIENT;
            sink.auth(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, new Authentication(method, more.data()), null));
            Objects.requireNonNull(listener).continued();
        } else if (step instanceof Authenticator.Success success) {
            state = State.IDLE;
            succeeded(success);
        } else if (step instanceof Authenticator.Failure refusal) {
            refuse(refusal.code(), refusal.reason());
        } else {
            refuse(ReasonCode.NOT_AUTHORIZED, "the client named no authentication method");
        }
    }

    private void succeeded(Authenticator.Success success) {
        if (expiry.isPast(success.identity().expiresAtMillis())) {
            refuse(ReasonCode.NOT_AUTHORIZED, EXPIRED);
            return;
        }
        if (exchanges == 1) {
            answered = success.identity().namespace();
            known = success;
        }
        watch(success);
        takeListener()
                .authenticated(method == null ? null : new Authentication(method, success.data()), success.identity());
    }

    private void watch(Authenticator.Success success) {
        expiry.moveTo(success.identity().expiresAtMillis());
        unwatch.run();
        WatchedCredential credential = success.credential();
        unwatch = credential == null
                ? AuthenticationFlow::watchedByNobody
                : credential.watch(() -> owner.execute(() -> credentialEnded("the user was changed or deleted")));
    }

    private static void watchedByNobody() {}

    private void credentialEnded(String reason) {
        if (!ended && connection != null) {
            connection.credentialEnded(reason);
        }
    }

    /**
     * Asks once more, where the namespace was not known before: who the client is there. May go on before it returns; nothing happens when
     * the connection has ended meanwhile.
     *
     * @param onEntry told what is known of the client in that namespace
     */
    public void confirm(Namespace namespace, Consumer<Identity> onEntry, BiConsumer<ReasonCode, String> onRefusal) {
        Authenticator.Success before = Objects.requireNonNull(known, "authenticated");
        Authenticator.Claim there = unconfirmed == null ? null : unconfirmed.in(namespace);
        unconfirmed = null;
        if (authenticator == null || there == null) {
            onEntry.accept(before.identity());
            return;
        }
        claim = there.withoutPassword();
        var unused = authenticator.confirm(there, before).whenComplete((step, failure) -> {
            Runnable goOn = () -> confirmed(before, step, onEntry, onRefusal);
            if (owner.isCurrentThread()) {
                goOn.run();
            } else {
                owner.execute(goOn);
            }
        });
    }

    private void confirmed(
            Authenticator.Success before,
            Authenticator.@Nullable Step step,
            Consumer<Identity> onEntry,
            BiConsumer<ReasonCode, String> onRefusal) {
        if (ended) {
            return;
        }
        if (step instanceof Authenticator.Failure refusal) {
            onRefusal.accept(refusal.code(), refusal.reason());
        } else if (!(step instanceof Authenticator.Success success)) {
            onRefusal.accept(ReasonCode.SERVER_UNAVAILABLE, UNASKED);
        } else if (expiry.isPast(success.identity().expiresAtMillis())) {
            onRefusal.accept(ReasonCode.NOT_AUTHORIZED, EXPIRED);
        } else {
            if (!success.equals(before)) {
                answered = success.identity().namespace();
                watch(success);
            }
            onEntry.accept(success.identity());
        }
    }

    private void refuse(ReasonCode code, String reason) {
        state = State.IDLE;
        takeListener().refused(code, reason);
    }

    private Listener takeListener() {
        Listener told = Objects.requireNonNull(listener);
        listener = null;
        exchange = null;
        return told;
    }

    /** Answers a re-authentication. */
    private final class Again implements Listener {
        @Override
        public void continued() {
            // The connection is read all the time.
        }

        @Override
        public void authenticated(@Nullable Authentication last, Identity identity) {
            if (Objects.equals(identity.namespace(), answered)) {
                onAgain.accept(identity);
                sink.auth(new Auth(ReasonCode.SUCCESS, last, null));
            } else {
                refused(ReasonCode.NOT_AUTHORIZED, "a connection stays in its namespace");
            }
        }

        @Override
        public void credentialEnded(String reason) {
            // The listener of the connection hears of it.
        }

        @Override
        public void refused(ReasonCode code, String reason) {
            sink.disconnect(code, reason); // [MQTT-4.12.1-2]
        }
    }

    private void endInTime(int number) {
        owner.schedule(
                () -> {
                    if (!ended && state != State.IDLE && exchanges == number) {
                        refuse(ReasonCode.NOT_AUTHORIZED, "the authentication took too long");
                    }
                },
                timeoutMillis,
                TimeUnit.MILLISECONDS);
    }

    /** The connection has ended: nobody is told anything more. */
    public void end() {
        ended = true;
        unconfirmed = null;
        expiry.stop();
        unwatch.run();
    }
}
