package io.magnetar.mqtt.auth;

import io.magnetar.mqtt.listener.Peer;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a client says of itself and what is known of its connection, by the names of placeholders. Stateless. */
enum ClaimPart {
    USERNAME("username", Authenticator.Claim::username),
    PASSWORD("password", claim -> Passwords.text(claim.password()).orElse(null)),
    CLIENT_ID("clientid", Authenticator.Claim::clientId),
    NAMESPACE(
            "namespace",
            claim -> claim.namespace() == null ? null : claim.namespace().name()),
    CERTIFICATE_CN("cert_cn", claim -> ofCertificate(claim, Peer.Certificate::commonName)),
    /** As it is called in EMQX. */
    CERTIFICATE_COMMON_NAME("cert_common_name", claim -> ofCertificate(claim, Peer.Certificate::commonName)),
    CERTIFICATE_SUBJECT("cert_subject", claim -> ofCertificate(claim, Peer.Certificate::subject)),
    PEER_HOST("peerhost", claim -> host(claim.peer().address())),
    PEER_PORT("peerport", claim -> Integer.toString(claim.peer().address().getPort())),
    SERVER_NAME("sni", claim -> claim.peer().serverName()),
    LISTENER("listener", claim -> claim.peer().listener().name());

    private final String word;
    private final Function<Authenticator.Claim, @Nullable String> value;

    ClaimPart(String word, Function<Authenticator.Claim, @Nullable String> value) {
        this.word = word;
        this.value = value;
    }

    static Optional<ClaimPart> of(String word) {
        return Arrays.stream(values()).filter(part -> part.word.equals(word)).findFirst();
    }

    static String words() {
        return Arrays.stream(values()).map(part -> "${" + part.word + "}").collect(Collectors.joining(", "));
    }

    @Nullable
    String of(Authenticator.Claim claim) {
        return value.apply(claim);
    }

    private static @Nullable String ofCertificate(
            Authenticator.Claim claim, Function<Peer.Certificate, @Nullable String> part) {
        Peer.Certificate certificate = claim.peer().certificate();
        return certificate == null ? null : part.apply(certificate);
    }

    /** The address itself: no name is looked up for it. */
    private static String host(InetSocketAddress address) {
        return address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
    }
}
