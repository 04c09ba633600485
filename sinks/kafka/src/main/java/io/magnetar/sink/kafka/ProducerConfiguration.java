package io.magnetar.sink.kafka;

import io.magnetar.sink.setting.SettingsReading;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The configuration of Kafka's client, made of ours. Secrets are of Kafka's type for them, which shows none. */
final class ProducerConfiguration {
    private ProducerConfiguration() {}

    /** What a producer and an admin client have in common. */
    static Map<String, Object> connection(SettingsReading reading, String clientId) throws IOException {
        Map<String, Object> client = new HashMap<>();
        client.put(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                String.join(",", reading.get(ConnectionSettings.SERVERS)));
        client.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
        Authentication authentication = reading.get(ConnectionSettings.AUTHENTICATION);
        boolean tls = ConnectionSettings.usesTls(reading);
        boolean sasl = !authentication.mechanism().isEmpty();
        client.put(
                CommonClientConfigs.SECURITY_PROTOCOL_CONFIG,
                sasl ? (tls ? "SASL_SSL" : "SASL_PLAINTEXT") : tls ? "SSL" : "PLAINTEXT");
        if (sasl) {
            client.put(SaslConfigs.SASL_MECHANISM, authentication.mechanism());
        }
        if (authentication.hasPassword()) {
            String module = authentication == Authentication.PLAIN
                    ? "org.apache.kafka.common.security.plain.PlainLoginModule"
                    : "org.apache.kafka.common.security.scram.ScramLoginModule";
            client.put(
                    SaslConfigs.SASL_JAAS_CONFIG,
                    new Password(module + " required username="
                            + quoted(reading.find(ConnectionSettings.USERNAME).orElseThrow()) + " password="
                            + quoted(reading.find(ConnectionSettings.PASSWORD).orElseThrow()) + ";"));
        } else if (authentication == Authentication.OAUTH) {
            oauth(client, reading);
        }
        if (tls) {
            tls(client, reading);
        }
        return client;
    }

    private static void oauth(Map<String, Object> client, SettingsReading reading) {
        ClientCredentials credentials = ConnectionSettings.credentials(reading);
        HttpClient.Builder http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(credentials.timeout());
        client.put(OAuthLogin.SOURCE, new TokenSource(http.build(), credentials, Clock.systemUTC()));
        client.put(SaslConfigs.SASL_LOGIN_CALLBACK_HANDLER_CLASS, OAuthLogin.class);
        // Kafka shares a login among the clients of a process whose JAAS entries are equal: these never are.
        client.put(
                SaslConfigs.SASL_JAAS_CONFIG,
                new Password("org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required login=\""
                        + UUID.randomUUID() + "\";"));
    }

    private static void tls(Map<String, Object> client, SettingsReading reading) throws IOException {
        Optional<String> authorities = reading.find(ConnectionSettings.CA_FILE);
        if (authorities.isPresent()) {
            client.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, "PEM");
            client.put(SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG, new Password(pem("caFile", authorities.get())));
        }
        if (reading.get(ConnectionSettings.AUTHENTICATION) == Authentication.MTLS) {
            client.put(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, "PEM");
            client.put(
                    SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG,
                    new Password(pem(
                            "certificateFile",
                            reading.find(ConnectionSettings.CERTIFICATE_FILE).orElseThrow())));
            client.put(
                    SslConfigs.SSL_KEYSTORE_KEY_CONFIG,
                    new Password(pem(
                            "keyFile", reading.find(ConnectionSettings.KEY_FILE).orElseThrow())));
            reading.find(ConnectionSettings.KEY_PASSWORD)
                    .ifPresent(password -> client.put(SslConfigs.SSL_KEY_PASSWORD_CONFIG, new Password(password)));
        }
    }

    private static String pem(String key, String file) throws IOException {
        try {
            String pem = Files.readString(Path.of(file));
            if (!pem.contains("-----BEGIN ")) {
                throw new IllegalArgumentException(key + ": " + file + " is no PEM file");
            }
            return pem;
        } catch (IOException e) {
            throw new IOException(key + ": cannot read " + file, e);
        }
    }

    /** For JAAS, whose reader knows backslashes. */
    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** A producer that keeps the order and writes nothing twice by itself. */
    static Map<String, Object> producer(SettingsReading reading, String clientId) throws IOException {
        Map<String, Object> producer = connection(reading, clientId);
        producer.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        producer.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        producer.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        producer.put(ProducerConfig.ACKS_CONFIG, "all");
        producer.put(
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                reading.get(KafkaSettings.COMPRESSION).codec());
        producer.put(ProducerConfig.LINGER_MS_CONFIG, 1);
        producer.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
        int timeout = (int) reading.get(KafkaSettings.DELIVERY_TIMEOUT).toMillis();
        producer.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.min(timeout / 2, 30_000));
        producer.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, timeout);
        producer.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeout);
        // A batch of ours fits, so that handing it over never waits for room.
        long batch = reading.get(KafkaSettings.MAX_BYTES);
        producer.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2 * batch + (32 << 20));
        producer.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, (int) (long) reading.get(KafkaSettings.MAX_MESSAGE));
        producer.put(CommonClientConfigs.METRICS_RECORDING_LEVEL_CONFIG, "INFO");
        return producer;
    }
}
