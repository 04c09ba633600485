package io.magnetar.mqtt.config;

import io.magnetar.mqtt.auth.certificate.CertificateSettings;
import io.magnetar.mqtt.auth.http.HttpSettings;
import io.magnetar.mqtt.auth.jwt.JwtSettings;
import io.magnetar.mqtt.auth.ldap.LdapSettings;
import io.magnetar.mqtt.auth.pulsar.PulsarSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The sources of authentication beside the broker's own users; null for those that are not configured.
 *
 * <p>Thread: immutable.
 */
public record SourceSettings(
        @Nullable JwtSettings jwt,
        CertificateSettings certificate,
        @Nullable Http http,
        @Nullable LdapSettings ldap,
        PulsarSettings pulsar) {
    /**
     * The HTTP server that is asked.
     *
     * @param maxUnderWay how many requests are under way at once
     * @param trustFile whom its certificate is signed by; null for those whom Java trusts
     */
    public record Http(
            HttpSettings request, int maxUnderWay, @Nullable Path trustFile) {}
}
