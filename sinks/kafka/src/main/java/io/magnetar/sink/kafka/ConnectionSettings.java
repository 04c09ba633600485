package io.magnetar.sink.kafka;

import io.magnetar.sink.setting.Setting;
import io.magnetar.sink.setting.Settings;
import io.magnetar.sink.setting.SettingsReading;
import io.magnetar.sink.setting.ValueTypes;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The settings of the way to Kafka: where it is, TLS, and who the sink is. */
final class ConnectionSettings {
    /** Where a client with the same settings would be. */
    enum Preset {
        KAFKA,
        /** Confluent Cloud: TLS, and PLAIN with an API key or OAuth. */
        CONFLUENT
    }

    /** How a client identifies itself at the token endpoint. */
    enum ClientAuthentication {
        BASIC,
        BODY
    }

    private static final Pattern SERVER = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\[\\]:,/\\s]+):\\d{1,5}");
    private static final Pattern EXTENSION_NAME = Pattern.compile("[a-zA-Z]+");
    private static final Pattern EXTENSION_VALUE = Pattern.compile("[\\x21-\\x7E \\t\\r\\n]+");

    static final Setting<Preset> PRESET = Setting.preset(
            "preset",
            ValueTypes.choice(Preset.class),
            Preset.KAFKA,
            "`confluent` switches TLS on and checks what Confluent Cloud needs");
    static final Setting<List<String>> SERVERS =
            Setting.required("bootstrapServers", ValueTypes.TEXTS, "some of the brokers, as `host:port`");
    static final Setting<Authentication> AUTHENTICATION = Setting.preset(
            "authentication",
            ValueTypes.choice(Authentication.class),
            Authentication.NONE,
            "how the sink shows who it is");
    static final Setting<String> USERNAME =
            Setting.optional("username", ValueTypes.TEXT, "the user of PLAIN and SCRAM; Confluent's API key");
    static final Setting<String> PASSWORD = Setting.secret("password", "the user's password; Confluent's API secret");

    static final Setting<Boolean> TLS =
            Setting.optional("tls", ValueTypes.BOOLEAN, "encrypt; by itself with `mtls`, a `caFile` and Confluent");
    static final Setting<String> CA_FILE = Setting.optional(
            "caFile",
            ValueTypes.TEXT,
            "a PEM file with the certificates of the authorities to trust, in place of Java's own");
    static final Setting<String> CERTIFICATE_FILE = Setting.optional(
            "certificateFile", ValueTypes.TEXT, "a PEM file with the sink's certificate and its chain, for `mtls`");
    static final Setting<String> KEY_FILE =
            Setting.optional("keyFile", ValueTypes.TEXT, "a PEM file with its private key (PKCS#8), for `mtls`");
    static final Setting<String> KEY_PASSWORD =
            Setting.secret("keyPassword", "the password of an encrypted private key");

    static final Setting<URI> TOKEN_ENDPOINT = Setting.optional(
            "tokenEndpoint",
            ValueTypes.URL,
            "where tokens are given out, such as"
                    + " `https://id.example.com/realms/plant/protocol/openid-connect/token`");
    static final Setting<String> CLIENT_ID = Setting.optional("clientId", ValueTypes.TEXT, "the OAuth client");
    static final Setting<String> CLIENT_SECRET = Setting.secret("clientSecret", "its secret");
    static final Setting<String> SCOPE =
            Setting.optional("scope", ValueTypes.TEXT, "the scopes to ask for, with spaces in between");
    static final Setting<String> AUDIENCE = Setting.optional("audience", ValueTypes.TEXT, "the audience to ask for");
    static final Setting<ClientAuthentication> CLIENT_AUTHENTICATION = Setting.preset(
            "clientAuthentication",
            ValueTypes.choice(ClientAuthentication.class),
            ClientAuthentication.BASIC,
            "whether client and secret stand in the Authorization header or in the body");
    static final Setting<Duration> TOKEN_TIMEOUT = Setting.preset(
            "tokenTimeout",
            ValueTypes.duration(Duration.ofMillis(100), Duration.ofMinutes(2)),
            Duration.ofSeconds(10),
            "from connecting to the token endpoint to the last byte of its answer");
    static final Setting<String> LOGICAL_CLUSTER = Setting.optional(
            "logicalCluster", ValueTypes.TEXT, "Confluent's cluster, such as `lkc-ab123`: a SASL extension");
    static final Setting<String> IDENTITY_POOL = Setting.optional(
            "identityPoolId", ValueTypes.TEXT, "Confluent's identity pool, such as `pool-ab12`: a SASL extension");
    static final Setting<Map<String, String>> EXTENSIONS =
            Setting.preset("saslExtensions", ValueTypes.TEXT_MAP, Map.of(), "other extensions of SASL");

    static final Settings SETTINGS = Settings.of(
            PRESET,
            SERVERS,
            AUTHENTICATION,
            USERNAME,
            PASSWORD,
            TLS,
            CA_FILE,
            CERTIFICATE_FILE,
            KEY_FILE,
            KEY_PASSWORD,
            TOKEN_ENDPOINT,
            CLIENT_ID,
            CLIENT_SECRET,
            SCOPE,
            AUDIENCE,
            CLIENT_AUTHENTICATION,
            TOKEN_TIMEOUT,
            LOGICAL_CLUSTER,
            IDENTITY_POOL,
            EXTENSIONS);

    private static final List<Setting<?>> OF_OAUTH = List.of(
            TOKEN_ENDPOINT,
            CLIENT_ID,
            CLIENT_SECRET,
            SCOPE,
            AUDIENCE,
            CLIENT_AUTHENTICATION,
            TOKEN_TIMEOUT,
            LOGICAL_CLUSTER,
            IDENTITY_POOL,
            EXTENSIONS);

    private ConnectionSettings() {}

    static void validate(SettingsReading reading) {
        for (String server : reading.find(SERVERS).orElse(List.of())) {
            if (!SERVER.matcher(server).matches()) {
                reading.refuse(SERVERS, "each one must be host:port");
            }
        }
        Authentication authentication = reading.find(AUTHENTICATION).orElse(Authentication.NONE);
        boolean confluent = reading.find(PRESET).orElse(Preset.KAFKA) == Preset.CONFLUENT;
        if (reading.isInvalid(AUTHENTICATION)) {
            return;
        }
        if (confluent && authentication != Authentication.PLAIN && authentication != Authentication.OAUTH) {
            reading.refuse(AUTHENTICATION, "Confluent Cloud takes plain (an API key) and oauth");
        }
        only(
                reading,
                authentication.hasPassword(),
                "with authentication: plain or scram",
                List.of(USERNAME, PASSWORD),
                List.of());
        only(
                reading,
                authentication == Authentication.MTLS,
                "with authentication: mtls",
                List.of(CERTIFICATE_FILE, KEY_FILE),
                List.of(KEY_PASSWORD));
        List<Setting<?>> required = List.of(TOKEN_ENDPOINT, CLIENT_ID, CLIENT_SECRET);
        only(
                reading,
                authentication == Authentication.OAUTH,
                "with authentication: oauth",
                required,
                OF_OAUTH.stream().filter(setting -> !required.contains(setting)).toList());
        if (!reading.find(TLS).orElse(true)
                && (authentication == Authentication.MTLS || reading.has(CA_FILE) || confluent)) {
            reading.refuse(TLS, "mtls, caFile and Confluent need it");
        }
        extensions(reading).forEach((name, value) -> {
            if (!EXTENSION_NAME.matcher(name).matches()
                    || name.equals("auth")
                    || !EXTENSION_VALUE.matcher(value).matches()) {
                reading.refuse("the SASL extension " + name
                        + ": a name has letters only and is not auth, a value is of ASCII");
            }
        });
    }

    private static void only(
            SettingsReading reading, boolean used, String when, List<Setting<?>> required, List<Setting<?>> optional) {
        if (used) {
            required.forEach(setting -> reading.require(setting, when));
            return;
        }
        for (List<Setting<?>> settings : List.of(required, optional)) {
            for (Setting<?> setting : settings) {
                if (reading.has(setting)) {
                    reading.refuse(setting, "it has an effect only " + when);
                }
            }
        }
    }

    static boolean usesTls(SettingsReading reading) {
        return reading.find(TLS)
                .orElse(reading.get(AUTHENTICATION) == Authentication.MTLS
                        || reading.has(CA_FILE)
                        || reading.get(PRESET) == Preset.CONFLUENT);
    }

    static ClientCredentials credentials(SettingsReading reading) {
        return new ClientCredentials(
                reading.find(TOKEN_ENDPOINT).orElseThrow(),
                reading.find(CLIENT_ID).orElseThrow(),
                reading.find(CLIENT_SECRET).orElseThrow(),
                reading.find(SCOPE).orElse(""),
                reading.find(AUDIENCE).orElse(""),
                reading.get(CLIENT_AUTHENTICATION) == ClientAuthentication.BODY,
                reading.get(TOKEN_TIMEOUT),
                extensions(reading));
    }

    private static Map<String, String> extensions(SettingsReading reading) {
        Map<String, String> extensions =
                new LinkedHashMap<>(reading.find(EXTENSIONS).orElse(Map.of()));
        reading.find(LOGICAL_CLUSTER).ifPresent(cluster -> extensions.put("logicalCluster", cluster));
        reading.find(IDENTITY_POOL).ifPresent(pool -> extensions.put("identityPoolId", pool));
        return extensions;
    }
}
