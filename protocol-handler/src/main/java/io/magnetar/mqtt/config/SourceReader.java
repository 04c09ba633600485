package io.magnetar.mqtt.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.magnetar.mqtt.auth.certificate.CertificateSettings;
import io.magnetar.mqtt.auth.pulsar.PulsarSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the sources of authentication. One is configured when it has what it needs to be asked; what else is said of one that is not is
 * told as a problem, for somebody has meant it.
 *
 * <p>Thread: the caller's; used once.
 */
final class SourceReader {
    private final SettingValues values;

    SourceReader(Properties properties, Consumer<String> problems) {
        this.values = new SettingValues(properties, problems);
    }

    SourceSettings read() {
        boolean jwt = isMeant(
                "mqttJwt",
                AuthenticationKey.JWT_SECRET,
                AuthenticationKey.JWT_PUBLIC_KEY_FILE,
                AuthenticationKey.JWT_JWKS_URL);
        boolean http = isMeant("mqttHttpAuthentication", AuthenticationKey.HTTP_URL);
        boolean ldap = isMeant("mqttLdap", AuthenticationKey.LDAP_URL);
        return new SourceSettings(
                jwt ? new JwtReader(values).read() : null,
                new CertificateSettings(
                        CertificateSettings.Name.valueOf(
                                values.choice(AuthenticationKey.CERTIFICATE_USERNAME, "cn", "dn", "san")
                                        .toUpperCase(Locale.ROOT)),
                        values.flag(AuthenticationKey.CERTIFICATE_USERNAME_MATCHES)),
                http ? new HttpReader(values).read() : null,
                ldap ? new LdapReader(values).read() : null,
                new PulsarSettings(
                        values.list(AuthenticationKey.PULSAR_METHODS),
                        values.flag(AuthenticationKey.PULSAR_USERNAME_IS_ROLE),
                        roleNamespace()));
    }

    /** @param needed one of these is needed for a source whose keys begin with the prefix */
    private boolean isMeant(String prefix, Setting... needed) {
        if (Arrays.stream(needed).anyMatch(values::isSet)) {
            return true;
        }
        List<String> names = Arrays.stream(needed).map(Setting::key).toList();
        Setting.all().stream()
                .filter(setting -> setting.key().startsWith(prefix) && values.isSet(setting))
                .forEach(setting -> values.problem(setting, "it means nothing without " + String.join(" or ", names)));
        return false;
    }

    private @Nullable Pattern roleNamespace() {
        String written = values.text(AuthenticationKey.PULSAR_ROLE_NAMESPACE);
        if (written.isEmpty()) {
            return null;
        }
        try {
            Pattern pattern = Pattern.compile(written);
            if (pattern.groupCount() >= 1) {
                return pattern;
            }
            values.problem(AuthenticationKey.PULSAR_ROLE_NAMESPACE, "a group is needed, as in ^([^.]+)[.]");
        } catch (PatternSyntaxException e) {
            values.problem(
                    AuthenticationKey.PULSAR_ROLE_NAMESPACE, "it is no regular expression: " + e.getDescription());
        }
        return null;
    }
}
