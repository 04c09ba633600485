package io.magnetar.mqtt.config;

import io.magnetar.topic.TopicNames;

/** The configuration keys of the broker, but for those of single sources of authentication, {@link AuthenticationKey}. */
public enum ConfigurationKey implements Setting {
    LISTENERS(
            "mqttListeners",
            "mqtt://0.0.0.0:1883",
            "Where MQTT clients connect: one or more of `mqtt://`, `mqtts://`, `ws://` and `wss://` `<address>:<port>`,"
                    + " separated by commas, each with a path for WebSockets (`/mqtt`) and options: see Listeners."),
    BROKER_NAME(
            "mqttBrokerName",
            "",
            "The name that this broker writes logs and records under: up to 200 letters, digits and `.:_-`. No other broker of"
                    + " the cluster may have it, and it stays the same when the broker restarts. Without it, the broker's id:"
                    + " its advertised address and web port."),
    TLS_CERTIFICATE_FILE(
            "mqttTlsCertificateFile",
            "",
            "PEM: the certificate of `mqtts` and `wss` listeners, followed by those that lead to its root. Without it, the"
                    + " broker's `tlsCertificateFilePath`."),
    TLS_KEY_FILE(
            "mqttTlsKeyFile",
            "",
            "PEM: the private key of the certificate. Without it, the broker's `tlsKeyFilePath`."),
    TLS_KEY_PASSWORD(
            "mqttTlsKeyPassword",
            "",
            "The password of the private key, if it has one: the text itself, or `file:<path>` for that in a file."),
    TLS_TRUST_FILE(
            "mqttTlsTrustFile",
            "",
            "PEM: the certificates that sign those of clients. Without it, the broker's `tlsTrustCertsFilePath`."),
    TLS_CLIENT_AUTH(
            "mqttTlsClientAuth",
            "none",
            "Whether clients show a certificate of their own: `none`, `want` or `require`. One that is shown must be signed by"
                    + " the trusted."),
    TLS_PROTOCOLS("mqttTlsProtocols", "TLSv1.2,TLSv1.3", "The versions of TLS that are spoken."),
    TLS_CIPHERS(
            "mqttTlsCiphers",
            "",
            "The cipher suites that are used, by their Java names, separated by commas. Without it, those that the provider"
                    + " thinks right."),
    TLS_PROVIDER(
            "mqttTlsProvider",
            "auto",
            "Who does the cryptography: `openssl` (the broker's own), `jdk`, or `auto`: OpenSSL where it runs."),
    TLS_REFRESH_SECONDS(
            "mqttTlsRefreshSeconds",
            "60",
            "How often the TLS files are looked at. When they have changed, new connections are met with the new ones.",
            1,
            86_400),
    HTTP_ADDRESS("mqttHttpAddress", "0.0.0.0", "The address that the status page and the admin API are served on."),
    HTTP_PORT(
            "mqttHttpPort",
            "18083",
            "The port of the status page, `GET /status`, and of the admin API. 0 lets the system choose.",
            0,
            65_535),
    TRACE_DIRECTORY(
            "mqttTraceDirectory",
            "",
            "Where traces of single clients' packets are written, when an operator asks for one: see Operations. Without it, no"
                    + " client can be traced."),
    IO_THREADS("mqttIoThreads", "0", "Event loops for MQTT connections. 0 means one per processor.", 0, 1_024),
    MAX_PACKET_SIZE(
            "mqttMaxPacketSize",
            "1048576",
            "The largest packet that a client may send, in bytes. A larger one ends its connection with 0x95. A message must"
                    + " also fit the broker's `maxMessageSize`.",
            1_024,
            268_435_460),
    CONNECT_TIMEOUT_MILLIS(
            "mqttConnectTimeoutMillis",
            "10000",
            "How long a connection may take until its CONNECT has arrived, in milliseconds.",
            100,
            600_000),
    MAX_CONNECTIONS(
            "mqttMaxConnections",
            "0",
            "How many clients the broker serves at once; one more is refused with 0x97 (3 in MQTT 3.1.1). 0 means as many as"
                    + " come.",
            0,
            100_000_000),
    MAX_CONNECTIONS_PER_NAMESPACE(
            "mqttMaxConnectionsPerNamespace",
            "0",
            "How many clients of one namespace the broker serves at once; one more is refused in the same way. 0 means as many"
                    + " as come.",
            0,
            100_000_000),
    BANNED(
            "mqttBanned",
            "",
            "Who is refused with 0x8A (5 in MQTT 3.1.1): `client-id:<id>`, `username:<name>`, `address:<address>` or"
                    + " `address:<range>` such as `203.0.113.0/24`, separated by commas."),
    FLAPPING_MAX_CONNECTS(
            "mqttFlappingMaxConnects",
            "0",
            "How often a client identifier may connect within `mqttFlappingWindowSeconds`; one more bans it for"
                    + " `mqttFlappingBanSeconds`. 0 means as often as it likes.",
            0,
            1_000_000),
    FLAPPING_MAX_CONNECTS_PER_ADDRESS(
            "mqttFlappingMaxConnectsPerAddress",
            "0",
            "The same for an IPv4 address, or the first 64 bits of an IPv6 address. Many clients may share one: take care.",
            0,
            1_000_000),
    FLAPPING_WINDOW_SECONDS("mqttFlappingWindowSeconds", "60", "In what time connects are counted.", 1, 86_400),
    FLAPPING_BAN_SECONDS("mqttFlappingBanSeconds", "300", "How long who connects too often is banned.", 1, 2_592_000),
    MAX_MESSAGE_RATE(
            "mqttMaxMessageRate",
            "0",
            "How many messages of a client are taken in a second. One that is faster is read later; nothing is dropped. 0 means"
                    + " all.",
            0,
            100_000_000),
    MAX_BYTE_RATE("mqttMaxByteRate", "0", "The same for the bytes of all packets of a client.", 0, Integer.MAX_VALUE),
    KEEP_ALIVE_PERCENT(
            "mqttKeepAlivePercent",
            "150",
            "How long a client may be silent, in hundredths of its keep-alive. MQTT says 150. Whole packets end a silence, and every"
                    + " 1,024 bytes of one that is not whole yet.",
            100,
            1_000),
    MAX_CLIENT_ID_LENGTH("mqttMaxClientIdLength", "1024", "The longest client identifier, in characters.", 23, 65_535),
    TOPIC_ALIAS_MAXIMUM(
            "mqttTopicAliasMaximum",
            "64",
            "The highest topic alias that an MQTT 5 client may use, and how many are used towards a client that takes them. 0 for none.",
            0,
            65_535),
    MAX_KEEP_ALIVE_SECONDS(
            "mqttMaxKeepAliveSeconds",
            "0",
            "The longest keep-alive, in seconds: an MQTT 5 client that asks for a longer one, or for none, is given this one. 0 lets"
                    + " each have what it asks for, as clients before MQTT 5 always do.",
            0,
            65_535),
    RESPONSE_INFORMATION(
            "mqttResponseInformation",
            "",
            "What Response Information begins with, for MQTT 5 clients that ask for it; the client identifier follows. Empty: none is"
                    + " given."),
    CHECK_PAYLOAD_FORMAT(
            "mqttCheckPayloadFormat",
            "false",
            "`true`: a message whose Payload Format Indicator says UTF-8 and whose payload is not is refused with 0x99."),
    RECEIVE_MAXIMUM(
            "mqttReceiveMaximum",
            "1000",
            "How many QoS 1 and 2 publishes an MQTT 5 client may have under way; more end its connection with 0x93. The preset is"
                    + " that of `mqttMaxInflightMessages`.",
            1,
            65_535),
    MAX_INFLIGHT_MESSAGES(
            "mqttMaxInflightMessages",
            "1000",
            "How many QoS 1 and 2 messages are on their way to a client at once, at most its own Receive Maximum. The preset is larger"
                    + " than the 10 to 32 of other brokers, for a window of 32 would hold a replay at QoS 1 to 32 messages for each"
                    + " round trip; small MQTT 3.1.1 devices may need fewer.",
            1,
            65_535),
    MAX_QUEUED_MESSAGES(
            "mqttMaxQueuedMessages",
            "10000",
            "How many live QoS 1 and 2 messages wait for a client that acknowledges too slowly, and how many for a member of"
                    + " a group; more are dropped and counted.",
            0,
            10_000_000),
    MAX_QUEUED_BYTES("mqttMaxQueuedBytes", "8388608", "The same in bytes of payload.", 0, Integer.MAX_VALUE),
    OUTBOUND_BUFFER_BYTES(
            "mqttOutboundBufferBytes",
            "1048576",
            "How many bytes wait for a client that reads too slowly; beyond it QoS 0 messages are dropped and counted, and"
                    + " streams are not read for it.",
            4_096,
            Integer.MAX_VALUE),
    MAX_SUBSCRIPTIONS(
            "mqttMaxSubscriptions",
            "1000",
            "How many subscriptions a client may have, with those that are still being made; each more is refused with 0x97.",
            1,
            1_000_000),
    MAX_TOPIC_LEVELS(
            "mqttMaxTopicLevels",
            "128",
            "How many levels a topic may have. A PUBLISH to one with more ends its connection with 0x90, as a will it is refused with"
                    + " 0x90 (3 in MQTT 3.1.1), a filter with more is refused with 0x8F.",
            8,
            TopicNames.MAX_LEVELS),
    SHARED_SUBSCRIPTION_STRATEGY(
            "mqttSharedSubscriptionStrategy",
            "round-robin",
            "Which member of a group gets a message: `round-robin`, `sticky`, `hash-client-id`, `hash-topic` or"
                    + " `least-inflight`. Behind commas, `<group>=<strategy>` for groups that have another."),
    MAX_PENDING_APPEND_BYTES(
            "mqttMaxPendingAppendBytes",
            "4194304",
            "How many bytes of a client's publishes wait for streams to confirm them; beyond it the client is not read.",
            1_024,
            Integer.MAX_VALUE),
    MAX_BROKER_PENDING_APPEND_BYTES(
            "mqttMaxBrokerPendingAppendBytes",
            "134217728",
            "The same for all clients of the broker together.",
            65_536,
            Long.MAX_VALUE),
    APPEND_TIMEOUT_MILLIS(
            "mqttAppendTimeoutMillis",
            "30000",
            "How long a stream may take to confirm a message before its publisher is told that it failed, in milliseconds.",
            1_000,
            3_600_000),
    RETAIN_AVAILABLE(
            "mqttRetainAvailable",
            "true",
            "Whether messages are retained, `true` or `false`. When not, MQTT 5 clients are told so in CONNACK."),
    MAX_RETAINED_MESSAGES(
            "mqttMaxRetainedMessages",
            "1000000",
            "How many retained messages a namespace has at most; one more is refused with 0x97, or for clients that cannot be"
                    + " told so delivered and not retained.",
            0,
            100_000_000),
    MAX_RETAINED_BYTES(
            "mqttMaxRetainedBytes",
            "268435456",
            "The same in bytes of memory on every broker: of each message its payload, topic, properties, and 256.",
            0,
            Long.MAX_VALUE),
    MAX_RETAINED_PAYLOAD_BYTES(
            "mqttMaxRetainedPayloadBytes",
            "1048576",
            "The largest payload of a retained message; a larger one is answered in the same way.",
            0,
            Integer.MAX_VALUE),
    SYS_INTERVAL_SECONDS(
            "mqttSysIntervalSeconds",
            "10",
            "How often the topics `$SYS/broker/...` are published to those who are subscribed to them, in seconds. 0 means"
                    + " never.",
            0,
            86_400),
    MAX_STREAM_READERS(
            "mqttMaxStreamReaders",
            "10000",
            "How many subscriptions to streams are served, each a Pulsar reader per partition; one more gets 0x97.",
            1,
            10_000_000),
    MAX_STREAM_METRICS(
            "mqttMaxStreamMetrics",
            "1000",
            "How many streams have metrics of their own, the first ones that are written to or read. The others are counted"
                    + " together, under a namespace and stream without a name.",
            0,
            1_000_000),
    MAX_NAMESPACE_METRICS(
            "mqttMaxNamespaceMetrics",
            "1000",
            "How many namespaces have metrics of their own, the first ones that are open. The others are counted together, as"
                    + " `(others)`.",
            0,
            1_000_000),
    MAX_REPLAY_INDEX_BYTES(
            "mqttMaxReplayIndexBytes",
            "268435456",
            "How many bytes of memory replays of last-value streams take to know what is newest; those of one"
                    + " namespace take half of it. Beyond it they wait, and one that needs more than half alone is refused with 0x97.",
            1_048_576,
            Long.MAX_VALUE),
    TENANTS(
            "mqttTenants",
            "public",
            "Which Pulsar tenants are MQTT namespaces: a regular expression of RE2 that a tenant's whole name matches."),
    NAMESPACE_FROM(
            "mqttNamespaceFrom",
            "",
            "Where the namespace of a client is found: sources, separated by commas, of which the first that gives a name"
                    + " decides, such as `certificate-cn,client-id:/^([^-]+)-/`: see Namespaces. Empty: all clients are in"
                    + " `mqttDefaultNamespace`."),
    DEFAULT_NAMESPACE("mqttDefaultNamespace", "public", "The namespace of clients that no source gives one."),
    REQUIRE_NAMESPACE(
            "mqttRequireNamespace",
            "false",
            "`true`: a client that no source gives a namespace is refused with 0x87 (5 in MQTT 3.1.1)."),
    NAMESPACE_AS_MOUNTPOINT(
            "mqttNamespaceAsMountpoint",
            "false",
            "`true`: all clients share the topics of `mqttDefaultNamespace`, those of the namespace `fleetA` below `fleetA/`,"
                    + " which they neither see nor write."),
    DENIED_NAMESPACES(
            "mqttDeniedNamespaces",
            "",
            "Names, separated by commas, that no source may give, beside the reserved ones: a client with one is refused."),
    NAMESPACE_AUTO_CREATION(
            "mqttNamespaceAutoCreation",
            "false",
            "`true`: a tenant that is missing and whose name `mqttTenants` matches is made for its first client. Otherwise that"
                    + " is refused with 0x87 (5 in MQTT 3.1.1)."),
    NAMESPACE_ADMIN_ROLES(
            "mqttNamespaceAdminRoles",
            "",
            "The roles, separated by commas, that may administer a tenant that is made so; `{namespace}` in one stands for the"
                    + " tenant's name."),
    MAX_NAMESPACES(
            "mqttMaxNamespaces",
            "10000",
            "How many namespaces the broker has open at once: those that had a client, or a durable session, since it started. A"
                    + " client of one more is refused with 0x97 (3 in MQTT 3.1.1).",
            1,
            1_000_000),
    AUTHENTICATION(
            "mqttAuthentication",
            "",
            "Names of the [sources](authentication.md) that know clients, with commas between. Empty: nobody is let in."),
    AUTHENTICATION_TIMEOUT_MILLIS(
            "mqttAuthenticationTimeoutMillis",
            "5000",
            "How long a source may take for one client, in milliseconds; after that the client is refused with 0x88.",
            100,
            600_000),
    MAX_AUTHENTICATIONS(
            "mqttMaxAuthentications",
            "1000",
            "How many clients one source is asked about at once; one more is refused with 0x88 (3 in MQTT 3.1.1).",
            1,
            1_000_000),
    AUTHORIZATION(
            "mqttAuthorization",
            "client,rules",
            "Who decides what clients may publish and subscribe to, in this order: `client` (rules that a credential brought along),"
                    + " `rules` (the built-in ones), `file`, `http` and `pulsar`, separated by commas; `none` for nobody. The first that"
                    + " has a word decides: see Authorization."),
    AUTHORIZATION_DEFAULT(
            "mqttAuthorizationDefault",
            "allow",
            "What counts where none of them has a word, `allow` or `deny`. A namespace may have its own:"
                    + " `mqtt.authorization.default`."),
    DENIED_PUBLISH(
            "mqttDeniedPublish",
            "error",
            "What a client gets that publishes what it may not: `error`, 0x87 in PUBACK or PUBREC, where MQTT 5 has them, and nothing"
                    + " becomes of the message; or `disconnect`. A namespace may have its own: `mqtt.authorization.denied-publish`."),
    AUTHORIZATION_FILE(
            "mqttAuthorizationFile", "", "A file of rules, a line each in JSON, which is read again when it changes."),
    AUTHORIZATION_HTTP_URL("mqttAuthorizationHttpUrl", "", "Where `http` asks, by POST."),
    AUTHORIZATION_HTTP_TIMEOUT_MILLIS(
            "mqttAuthorizationHttpTimeoutMillis",
            "5000",
            "How long that answer may take, in milliseconds; without one a client may not do what it was asked for.",
            10,
            60_000),
    AUTHORIZATION_CACHE_SECONDS(
            "mqttAuthorizationCacheSeconds",
            "60",
            "How long an answer of `http` or `pulsar` counts, in seconds.",
            1,
            86_400),
    MAX_RULES("mqttMaxRules", "10000", "How many built-in rules a namespace may have; more: 409.", 0, 1_000_000),
    MAX_STREAMS(
            "mqttMaxStreams",
            "10000",
            "How many streams a namespace may have, those that are refused too; one more is not made, and made with Pulsar's tools"
                    + " it is not served: the oldest are.",
            1,
            1_000_000),
    MAX_STREAM_GROUPS(
            "mqttMaxStreamGroups",
            "100",
            "How many groups may share one stream, each a Pulsar subscription of it; one more is refused with 0x97.",
            1,
            1_000_000),
    STREAM_CREATORS(
            "mqttStreamCreators",
            "",
            "Who may have a stream made by subscribing to one that is not there: `client-id:<pattern>` and `username:<pattern>`,"
                    + " separated by commas, where `*` is any text. Without it no stream is made so."),
    STREAM_TEMPLATE(
            "mqttStreamTemplate",
            "{\"partitions\": 1}",
            "What such a stream is like, in JSON: how many `partitions`, and in `properties` all of its topic's but the filter, as in"
                    + " `{\"partitions\": 4, \"properties\": {\"mqtt.key\": \"topic[1]\"}}`."),
    STREAM_RETENTION_MINUTES(
            "mqttStreamRetentionMinutes",
            "10080",
            "How long streams are kept: the retention policy that the Pulsar namespace `<tenant>/streams` is created with, in"
                    + " minutes. -1 means for ever. An existing namespace keeps the policy that it has.",
            -1,
            Integer.MAX_VALUE),
    MAX_SESSION_EXPIRY_SECONDS(
            "mqttMaxSessionExpirySeconds",
            "86400",
            "The longest session expiry interval that an MQTT 5 client gets, in seconds. CONNACK tells who asked for more. 0 means"
                    + " that no MQTT 5 session outlives its connection.",
            0,
            4_294_967_295L),
    SESSION_EXPIRY_SECONDS(
            "mqttSessionExpirySeconds",
            "7200",
            "How long a session without CleanSession outlives its connection before MQTT 5, in seconds. 4294967295 means for"
                    + " ever.",
            0,
            4_294_967_295L),
    MAX_DURABLE_SESSIONS(
            "mqttMaxDurableSessions",
            "1000000",
            "How many sessions that outlive their connection there may be, connected or not; one more is refused with 0x97.",
            0,
            100_000_000),
    MAX_DURABLE_SESSIONS_PER_NAMESPACE(
            "mqttMaxDurableSessionsPerNamespace",
            "0",
            "How many of them there may be in one namespace. 0 means as many as come.",
            0,
            100_000_000),
    MAX_DURABLE_GROUPS(
            "mqttMaxDurableGroups",
            "10000",
            "How many shared subscriptions may have a durable member; the subscription that makes one more is refused with 0x97.",
            0,
            10_000_000),
    MESSAGE_RETENTION_MINUTES(
            "mqttMessageRetentionMinutes",
            "1440",
            "How long messages that durable sessions are owed are kept: the retention policy that the Pulsar namespace"
                    + " `<tenant>/queue` is created with, in minutes. A session that was away for longer has ended. -1 means for"
                    + " ever.",
            -1,
            Integer.MAX_VALUE),
    MESSAGE_PARTITIONS(
            "mqttMessagePartitions",
            "4",
            "How many partitions the log `<tenant>/queue/messages` is created with. An existing one keeps those that it has.",
            1,
            1_024),
    MAX_QUEUE_READERS(
            "mqttMaxQueueReaders",
            "1000",
            "How many partitions are read at a time for durable sessions that have not caught up; others wait for their turn.",
            1,
            1_000_000);

    private final Facts facts;

    ConfigurationKey(String key, String defaultValue, String meaning) {
        facts = Facts.ofText(key, defaultValue, meaning);
    }

    ConfigurationKey(String key, String defaultValue, String meaning, long min, long max) {
        facts = Facts.ofNumber(key, defaultValue, meaning, min, max);
    }

    @Override
    public Facts facts() {
        return facts;
    }
}
