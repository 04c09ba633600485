package io.magnetar.mqtt.config;

/** The configuration keys of single sources of authentication, the built-in users first. */
public enum AuthenticationKey implements Setting {
    PASSWORD_ITERATIONS(
            "mqttPasswordIterations",
            "10000",
            "How many iterations the hashes of passwords have that the broker makes, for CONNECT and for SCRAM.",
            4_096,
            1_000_000),
    MAX_USERS("mqttMaxUsers", "100000", "How many users a namespace may have; one more is not made.", 0, 10_000_000),
    GLOBAL_USERS("mqttGlobalUsers", "false", "`true`: namespaces without users have the users of no namespace."),
    END_CHANGED_USERS("mqttEndChangedUsers", "true", "Whether the connections of a changed or deleted user end."),
    JWT_FROM("mqttJwtFrom", "password", "Where a client has its token: `password` or `username`."),
    JWT_SECRET(
            "mqttJwtSecret",
            "",
            "The secret of tokens that are signed with HS256, HS384 or HS512, at least 32 bytes: the text itself, `base64:<text>`,"
                    + " or `file:<path>` for all bytes of a file."),
    JWT_PUBLIC_KEY_FILE(
            "mqttJwtPublicKeyFile",
            "",
            "Public keys (RSA, EC or Ed25519) that verify tokens: a PEM file with one or more of them, or with certificates, or one key"
                    + " in DER."),
    JWT_JWKS_URL(
            "mqttJwtJwksUrl",
            "",
            "Where more public keys are fetched from: the URL of a JSON Web Key Set, `https` or `http`."),
    JWT_JWKS_TRUST_FILE(
            "mqttJwtJwksTrustFile",
            "",
            "PEM: the certificates that sign that of its server. Without it, those that Java trusts."),
    JWT_JWKS_REFRESH_SECONDS(
            "mqttJwtJwksRefreshSeconds",
            "300",
            "How old what is known of the key set gets before it is fetched again, when a client comes.",
            1,
            86_400),
    JWT_JWKS_MIN_REFRESH_SECONDS(
            "mqttJwtJwksMinRefreshSeconds",
            "5",
            "How much time is between two requests for the key set at least, whatever keys tokens name.",
            1,
            3_600),
    JWT_ALGORITHMS(
            "mqttJwtAlgorithms",
            "",
            "The algorithms that tokens may be signed with, separated by commas, of `HS256`, `HS384`, `HS512`, `RS256`, `RS384`, `RS512`,"
                    + " `PS256`, `PS384`, `PS512`, `ES256`, `ES384`, `ES512` and `EdDSA`. Empty: all that go with the kind of a key."),
    JWT_LEEWAY_SECONDS(
            "mqttJwtLeewaySeconds",
            "30",
            "How far the clocks of the broker and of who issues tokens may be apart, in seconds.",
            0,
            3_600),
    JWT_REQUIRE_EXPIRY("mqttJwtRequireExpiry", "false", "`true`: a token without `exp` is refused."),
    JWT_ISSUER("mqttJwtIssuer", "", "What `iss` must be. Empty: anything."),
    JWT_AUDIENCE("mqttJwtAudience", "", "Names, separated by commas, one of which must be in `aud`. Empty: anything."),
    JWT_CLAIMS(
            "mqttJwtClaims",
            "",
            "What other claims must be: `<claim>=<value>`, separated by commas, with placeholders, such as `sub=${username}`. A claim that"
                    + " is a list must have the value. A claim whose name begins with `/` is a JSON pointer."),
    JWT_NAMESPACE_CLAIM(
            "mqttJwtNamespaceClaim",
            "",
            "The claim that says which namespace the client belongs to. Empty: none does."),
    JWT_ROLE_CLAIM("mqttJwtRoleClaim", "", "The claim that says which Pulsar role the client has. Empty: none does."),
    JWT_SUPERUSER_CLAIM(
            "mqttJwtSuperuserClaim",
            "is_superuser",
            "The claim that is `true` for a client that may do everything in its namespace."),
    JWT_ACL_CLAIM("mqttJwtAclClaim", "acl", "The claim that has the client's own rules of access."),
    JWT_MAX_BYTES("mqttJwtMaxBytes", "16384", "The longest token, in bytes; a longer one is refused.", 256, 65_535),
    CERTIFICATE_USERNAME(
            "mqttCertificateUsername",
            "cn",
            "Where the user name is in a client's certificate: `cn`, the first common name; `dn`, the whole subject; `san`, one of the"
                    + " subject alternative names. A client that sends none is known by this one."),
    CERTIFICATE_USERNAME_MATCHES(
            "mqttCertificateUsernameMatches",
            "true",
            "`true`: a client that sends another user name than that of its certificate is refused. Otherwise it is known by that of its"
                    + " certificate all the same."),
    HTTP_URL(
            "mqttHttpAuthenticationUrl",
            "",
            "The URL that is asked who a client is, `https` or `http`, with placeholders in the values of its query, as in"
                    + " `https://auth.example/mqtt?user=${username}`."),
    HTTP_METHOD("mqttHttpAuthenticationMethod", "POST", "How it is asked: `POST` or `GET`."),
    HTTP_HEADERS(
            "mqttHttpAuthenticationHeaders",
            "{}",
            "The headers of the request: a JSON object, with placeholders in its values, as in"
                    + " `{\"Authorization\": \"Bearer secret\"}`, or `file:<path>` of a file that has it."),
    HTTP_BODY(
            "mqttHttpAuthenticationBody",
            "{\"clientid\": \"${clientid}\", \"username\": \"${username}\", \"password\": \"${password}\", \"namespace\":"
                    + " \"${namespace}\", \"peerhost\": \"${peerhost}\", \"cert_cn\": \"${cert_cn}\"}",
            "The body of a POST: a JSON object, with placeholders in its strings. A string with one that the client has nothing for is"
                    + " `null`."),
    HTTP_MAX_UNDER_WAY(
            "mqttHttpAuthenticationMaxRequests",
            "64",
            "How many requests are under way at once; others wait.",
            1,
            10_000),
    HTTP_TRUST_FILE(
            "mqttHttpAuthenticationTrustFile",
            "",
            "PEM: the certificates that sign that of the server. Without it, those that Java trusts."),
    LDAP_URL(
            "mqttLdapUrl",
            "",
            "The directory: `ldap://<host>:<port>` or `ldaps://<host>:<port>`; copies of it behind commas, which are asked when those"
                    + " before them cannot be reached."),
    LDAP_START_TLS(
            "mqttLdapStartTls",
            "false",
            "`true`: TLS begins on the connections of `ldap://` before anything is asked on them (StartTLS)."),
    LDAP_TRUST_FILE(
            "mqttLdapTrustFile",
            "",
            "PEM: the certificates that sign those of the servers. Without it, those that Java trusts."),
    LDAP_BIND_DN(
            "mqttLdapBindDn",
            "",
            "The distinguished name that the broker itself has in the directory. Empty: it searches without one."),
    LDAP_BIND_PASSWORD("mqttLdapBindPassword", "", "Its password, or `file:<path>` of a file that has it."),
    LDAP_USER_DN(
            "mqttLdapUserDn",
            "",
            "The distinguished name of a client, with placeholders, as in `uid=${username},ou=${namespace},dc=example`. Empty: it is"
                    + " searched for."),
    LDAP_SEARCH_BASE(
            "mqttLdapSearchBase",
            "",
            "Below which entry a client is searched for, with placeholders, as in `ou=devices,dc=example`."),
    LDAP_SEARCH_FILTER(
            "mqttLdapSearchFilter",
            "(uid=${username})",
            "The filter that matches its entry and no other, with placeholders."),
    LDAP_METHOD(
            "mqttLdapMethod",
            "bind",
            "How a password is checked: `bind`, the directory lets in who shows it; `compare`, the directory compares it with"
                    + " `mqttLdapPasswordAttribute`."),
    LDAP_PASSWORD_ATTRIBUTE(
            "mqttLdapPasswordAttribute", "userPassword", "The attribute that a password is compared with."),
    LDAP_USERNAME_ATTRIBUTE(
            "mqttLdapUsernameAttribute",
            "uid",
            "The attribute that must be the user name exactly, for directories do not tell upper case from lower case, and MQTT does."
                    + " Empty: none must."),
    LDAP_NAMESPACE_ATTRIBUTE(
            "mqttLdapNamespaceAttribute",
            "",
            "The attribute that says which namespace the client belongs to. Empty: none does."),
    LDAP_ROLE_ATTRIBUTE(
            "mqttLdapRoleAttribute", "", "The attribute that says which Pulsar role the client has. Empty: none does."),
    LDAP_SUPERUSER_ATTRIBUTE(
            "mqttLdapSuperuserAttribute",
            "",
            "The attribute that is `TRUE` for a client that may do everything in its namespace. Empty: none is."),
    LDAP_CONNECTIONS(
            "mqttLdapConnections",
            "8",
            "How many connections to the directory there are at most, each with a thread of its own; clients wait for one.",
            1,
            256),
    PULSAR_METHODS(
            "mqttPulsarAuthenticationMethods",
            "token",
            "Which of the broker's authentication providers are asked, by the names of their methods, separated by commas: `token` (OpenID"
                    + " Connect too), `tls`, `basic`, and others that take what the client has as its password."),
    PULSAR_USERNAME_IS_ROLE(
            "mqttPulsarUsernameIsRole",
            "true",
            "`true`: a client that sends another user name than its role is refused."),
    PULSAR_ROLE_NAMESPACE(
            "mqttPulsarRoleNamespace",
            "",
            "A regular expression of RE2 whose group finds the namespace in the role, as in `^([^.]+)[.]`; a client whose role it does not"
                    + " match is refused. Empty: the role says nothing about it.");

    private final Facts facts;

    AuthenticationKey(String key, String defaultValue, String meaning) {
        facts = Facts.ofText(key, defaultValue, meaning);
    }

    AuthenticationKey(String key, String defaultValue, String meaning, long min, long max) {
        facts = Facts.ofNumber(key, defaultValue, meaning, min, max);
    }

    @Override
    public Facts facts() {
        return facts;
    }
}
