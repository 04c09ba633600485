package io.magnetar.mqtt.auth.certificate;

import io.magnetar.mqtt.auth.AuthenticationSource;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.Identity;
import io.magnetar.mqtt.listener.Peer;
import io.magnetar.mqtt.packet.ReasonCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lets in who has shown a certificate that the listener trusts, under the name that is in it.
 *
 * <p>Thread: any; immutable.
 */
public final class CertificateSource implements AuthenticationSource {
    public static final String NAME = "certificate";

    private final CertificateSettings settings;

    public CertificateSource(CertificateSettings settings) {
        this.settings = settings;
    }

    /** The name of a certificate is that of the client, or another one that it says then. */
    @Override
    public boolean provesUsername() {
        return true;
    }

    @Override
    public CompletableFuture<Verdict> verify(Authenticator.Claim claim) {
        return CompletableFuture.completedFuture(verdict(claim));
    }

    private Verdict verdict(Authenticator.Claim claim) {
        Peer.Certificate certificate = claim.peer().certificate();
        if (certificate == null) {
            return new Ignore();
        }
        List<String> names = names(certificate);
        String sent = claim.username();
        if (names.isEmpty()) {
            return new Deny(ReasonCode.NOT_AUTHORIZED, "the certificate has no name for its client");
        }
        if (sent == null || sent.isEmpty()) {
            return new Allow(Identity.PLAIN.named(names.get(0)));
        }
        if (names.contains(sent)) {
            return new Allow(Identity.PLAIN);
        }
        return settings.matches()
                ? new Deny(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the user name is not that of the certificate")
                : new Allow(Identity.PLAIN.named(names.get(0)));
    }

    private List<String> names(Peer.Certificate certificate) {
        return switch (settings.name()) {
            case CN -> one(certificate.commonName());
            case DN -> one(certificate.subject());
            case SAN -> certificate.alternativeNames();
        };
    }

    private static List<String> one(@Nullable String name) {
        return name == null || name.isEmpty() ? List.of() : List.of(name);
    }
}
