package io.magnetar.mqtt.config;

import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import io.magnetar.mqtt.auth.ClaimTemplate;
import io.magnetar.mqtt.auth.Secret;
import io.magnetar.mqtt.auth.ldap.DnTemplate;
import io.magnetar.mqtt.auth.ldap.LdapSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a directory, and where clients are in it.
 *
 * <p>Thread: the caller's; used once.
 */
final class LdapReader {
    private static final String TLS_SCHEME = "ldaps";
    private static final String SCHEME = "ldap";

    private final SettingValues values;

    LdapReader(SettingValues values) {
        this.values = values;
    }

    @Nullable
    LdapSettings read() {
        List<LdapSettings.Server> servers = new ArrayList<>();
        LdapSettings.Security security = security(servers);
        LdapSettings.Place place = place();
        if (place == null || servers.isEmpty()) {
            return null;
        }
        return new LdapSettings(
                servers,
                security,
                values.trustFile(AuthenticationKey.LDAP_TRUST_FILE),
                account(),
                place,
                values.choice(AuthenticationKey.LDAP_METHOD, "bind", "compare").equals("bind")
                        ? new LdapSettings.Bind()
                        : new LdapSettings.Compare(values.text(AuthenticationKey.LDAP_PASSWORD_ATTRIBUTE)),
                new LdapSettings.Attributes(
                        values.textOrNull(AuthenticationKey.LDAP_USERNAME_ATTRIBUTE),
                        values.textOrNull(AuthenticationKey.LDAP_NAMESPACE_ATTRIBUTE),
                        values.textOrNull(AuthenticationKey.LDAP_ROLE_ATTRIBUTE),
                        values.textOrNull(AuthenticationKey.LDAP_SUPERUSER_ATTRIBUTE)),
                (int) values.number(AuthenticationKey.LDAP_CONNECTIONS));
    }

    private LdapSettings.Security security(List<LdapSettings.Server> servers) {
        boolean startTls = values.flag(AuthenticationKey.LDAP_START_TLS);
        boolean tls = false;
        for (String written : values.list(AuthenticationKey.LDAP_URL)) {
            URI url = url(written);
            if (url == null) {
                values.problem(
                        AuthenticationKey.LDAP_URL,
                        "ldap://<host>:<port> or ldaps://<host>:<port> is needed, not '" + written + "'");
                continue;
            }
            boolean thisTls = url.getScheme().equals(TLS_SCHEME);
            if (!servers.isEmpty() && thisTls != tls) {
                values.problem(AuthenticationKey.LDAP_URL, "all copies of a directory have the same scheme");
            }
            tls = thisTls;
            servers.add(new LdapSettings.Server(url.getHost(), port(url)));
        }
        if (tls && startTls) {
            values.problem(AuthenticationKey.LDAP_START_TLS, "the connections of ldaps are TLS from their begin");
        }
        if (tls) {
            return LdapSettings.Security.TLS;
        }
        return startTls ? LdapSettings.Security.START_TLS : LdapSettings.Security.NONE;
    }

    private static int port(URI url) {
        if (url.getPort() > 0) {
            return url.getPort();
        }
        return url.getScheme().equals(TLS_SCHEME) ? 636 : 389;
    }

    private static @Nullable URI url(String written) {
        try {
            URI url = new URI(written);
            boolean known = TLS_SCHEME.equals(url.getScheme()) || SCHEME.equals(url.getScheme());
            return known
                            && url.getHost() != null
                            && Optional.ofNullable(url.getPath()).orElse("").length() <= 1
                    ? url
                    : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private LdapSettings.@Nullable Account account() {
        String dn = values.text(AuthenticationKey.LDAP_BIND_DN);
        String password = values.secret(AuthenticationKey.LDAP_BIND_PASSWORD);
        if (dn.isEmpty() != password.isEmpty()) {
            values.problem(
                    AuthenticationKey.LDAP_BIND_DN,
                    "it and " + AuthenticationKey.LDAP_BIND_PASSWORD.key() + " are needed, or none of them");
        }
        return dn.isEmpty() ? null : new LdapSettings.Account(dn, new Secret(password));
    }

    private LdapSettings.@Nullable Place place() {
        boolean named = values.isSet(AuthenticationKey.LDAP_USER_DN);
        boolean searched = values.isSet(AuthenticationKey.LDAP_SEARCH_BASE);
        if (named == searched) {
            values.problem(
                    AuthenticationKey.LDAP_USER_DN,
                    "it or " + AuthenticationKey.LDAP_SEARCH_BASE.key() + " is needed, and not both");
            return null;
        }
        if (named) {
            DnTemplate dn = dn(AuthenticationKey.LDAP_USER_DN);
            return dn == null ? null : new LdapSettings.Named(dn);
        }
        DnTemplate base = dn(AuthenticationKey.LDAP_SEARCH_BASE);
        ClaimTemplate filter = filter();
        return base == null || filter == null ? null : new LdapSettings.Searched(base, filter);
    }

    private @Nullable DnTemplate dn(Setting setting) {
        try {
            return DnTemplate.parse(values.text(setting));
        } catch (IllegalArgumentException e) {
            values.problem(setting, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private @Nullable ClaimTemplate filter() {
        String written = values.text(AuthenticationKey.LDAP_SEARCH_FILTER);
        try {
            ClaimTemplate template = ClaimTemplate.parse(written);
            Filter.create(written.replaceAll("\\$\\{[^}]*}", "x"));
            return template;
        } catch (IllegalArgumentException | LDAPException e) {
            values.problem(AuthenticationKey.LDAP_SEARCH_FILTER, "it is no filter: " + e.getMessage());
            return null;
        }
    }
}
