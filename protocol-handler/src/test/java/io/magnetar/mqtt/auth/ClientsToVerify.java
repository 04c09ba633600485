package io.magnetar.mqtt.auth;

import io.magnetar.mqtt.listener.Peer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Clients as sources see them, and what sources say of them. Stateless. */
public final class ClientsToVerify {
    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 40_000);

    private ClientsToVerify() {}

    /** One in the namespace {@code fleetA} without a certificate. */
    public static Authenticator.Claim client(@Nullable String username, @Nullable String password) {
        return client(username, password, null);
    }

    public static Authenticator.Claim client(
            @Nullable String username, @Nullable String password, Peer.@Nullable Certificate certificate) {
        Authenticator.Claim claim = Claims.of("fleetA", username, password);
        Peer peer = new Peer(claim.peer().listener(), ADDRESS, certificate, null);
        return new Authenticator.Claim(claim.namespace(), "client-1", username, claim.password(), peer);
    }

    /** What a source says; fails when it says nothing. */
    public static AuthenticationSource.Verdict verdict(AuthenticationSource source, Authenticator.Claim claim)
            throws Exception {
        return await(source.verify(claim));
    }

    public static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }
}
