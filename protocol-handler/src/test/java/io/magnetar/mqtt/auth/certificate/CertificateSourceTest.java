package io.magnetar.mqtt.auth.certificate;

import static io.magnetar.mqtt.auth.ClientsToVerify.client;
import static io.magnetar.mqtt.auth.ClientsToVerify.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.auth.AuthenticationSource.Allow;
import io.magnetar.mqtt.auth.AuthenticationSource.Deny;
import io.magnetar.mqtt.auth.AuthenticationSource.Ignore;
import io.magnetar.mqtt.auth.AuthenticationSource.Verdict;
import io.magnetar.mqtt.auth.Identity;
import io.magnetar.mqtt.auth.certificate.CertificateSettings.Name;
import io.magnetar.mqtt.listener.Peer;
import io.magnetar.mqtt.packet.ReasonCode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CertificateSourceTest {
    private static final Peer.Certificate DEVICE =
            new Peer.Certificate("device", "CN=device,O=Acme", List.of("one.example", "two.example"));

    private static Verdict show(
            Name name, boolean matches, @Nullable String username, Peer.@Nullable Certificate certificate)
            throws Exception {
        return verdict(
                new CertificateSource(new CertificateSettings(name, matches)), client(username, null, certificate));
    }

    @Test
    void leavesWhoShowsNoneToOthers() throws Exception {
        assertThat(show(Name.CN, true, "device", null)).isInstanceOf(Ignore.class);
    }

    @Test
    void theClientHasTheNameOfItsCertificate() throws Exception {
        assertThat(show(Name.CN, true, null, DEVICE)).isEqualTo(new Allow(Identity.PLAIN.named("device")));
        assertThat(show(Name.DN, true, "", DEVICE)).isEqualTo(new Allow(Identity.PLAIN.named("CN=device,O=Acme")));
        assertThat(show(Name.SAN, true, null, DEVICE)).isEqualTo(new Allow(Identity.PLAIN.named("one.example")));
        assertThat(show(Name.SAN, true, "two.example", DEVICE)).isEqualTo(new Allow(Identity.PLAIN));
    }

    @Test
    void aClientMayNotSayThatItIsAnother() throws Exception {
        assertThat(show(Name.CN, true, "device", DEVICE)).isEqualTo(new Allow(Identity.PLAIN));
        assertThat(show(Name.CN, true, "Device", DEVICE))
                .isEqualTo(
                        new Deny(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the user name is not that of the certificate"));
        assertThat(show(Name.CN, false, "other", DEVICE))
                .as("it is known by its certificate all the same")
                .isEqualTo(new Allow(Identity.PLAIN.named("device")));
    }

    @Test
    void aCertificateWithoutTheNameIsNone() throws Exception {
        Peer.Certificate bare = new Peer.Certificate(null, null, List.of());
        for (Name name : Name.values()) {
            assertThat(show(name, false, "device", bare))
                    .as(name.name())
                    .isEqualTo(new Deny(ReasonCode.NOT_AUTHORIZED, "the certificate has no name for its client"));
        }
    }
}
