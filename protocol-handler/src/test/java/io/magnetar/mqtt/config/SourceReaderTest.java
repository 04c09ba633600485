package io.magnetar.mqtt.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.auth.certificate.CertificateSettings;
import io.magnetar.mqtt.auth.ldap.LdapSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceReaderTest {
    private static final String LONG_SECRET = "0123456789abcdef0123456789abcdef";

    private final List<String> problems = new ArrayList<>();

    private SourceSettings read(String... keysAndValues) {
        Properties properties = new Properties();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            properties.setProperty(keysAndValues[i], keysAndValues[i + 1]);
        }
        return new SourceReader(properties, problems::add).read();
    }

    @Test
    void nothingIsConfiguredThatNeedsSomething() {
        SourceSettings settings = read();

        assertThat(problems).isEmpty();
        assertThat(settings.jwt()).isNull();
        assertThat(settings.http()).isNull();
        assertThat(settings.ldap()).isNull();
        assertThat(settings.certificate()).isEqualTo(new CertificateSettings(CertificateSettings.Name.CN, true));
        assertThat(settings.pulsar().methods()).containsExactly("token");
    }

    @Test
    void readsKeysOfAllKinds(@TempDir Path directory) throws Exception {
        StringBuilder pem = new StringBuilder("Keys of the fleet\n");
        for (String kind : List.of("RSA", "EC", "Ed25519")) {
            byte[] key = KeyPairGenerator.getInstance(kind)
                    .generateKeyPair()
                    .getPublic()
                    .getEncoded();
            pem.append("-----BEGIN PUBLIC KEY-----\n")
                    .append(Base64.getMimeEncoder().encodeToString(key))
                    .append("\n-----END PUBLIC KEY-----\n");
        }
        Path keys = Files.writeString(directory.resolve("keys.pem"), pem);
        Path secret = Files.writeString(directory.resolve("secret"), LONG_SECRET + "\n");

        for (String written : List.of(
                LONG_SECRET,
                "base64:" + Base64.getEncoder().encodeToString(LONG_SECRET.getBytes(UTF_8)),
                "file:" + secret)) {
            SourceSettings settings = read(
                    "mqttJwtSecret",
                    written,
                    "mqttJwtPublicKeyFile",
                    keys.toString(),
                    "mqttJwtClaims",
                    "sub=${username}");

            assertThat(problems).isEmpty();
            assertThat(Objects.requireNonNull(settings.jwt()).keys()).hasSize(4);
            assertThat(settings.toString()).doesNotContain(LONG_SECRET);
        }
        byte[] der =
                KeyPairGenerator.getInstance("EC").generateKeyPair().getPublic().getEncoded();
        Path one = Files.write(directory.resolve("key.der"), der);
        assertThat(Objects.requireNonNull(
                                read("mqttJwtPublicKeyFile", one.toString()).jwt())
                        .keys())
                .hasSize(1);
    }

    @Test
    void readsADirectory() {
        SourceSettings settings = read(
                "mqttLdapUrl", "ldap://one:1389, ldap://two",
                "mqttLdapStartTls", "true",
                "mqttLdapBindDn", "cn=broker",
                "mqttLdapBindPassword", "hidden",
                "mqttLdapUserDn", "uid=${username},dc=example");

        assertThat(problems).isEmpty();
        LdapSettings ldap = Objects.requireNonNull(settings.ldap());
        assertThat(ldap.servers())
                .containsExactly(new LdapSettings.Server("one", 1_389), new LdapSettings.Server("two", 389));
        assertThat(ldap.security()).isEqualTo(LdapSettings.Security.START_TLS);
        assertThat(settings.toString()).doesNotContain("hidden");
    }

    @Test
    void readsAnHttpServer() {
        SourceSettings settings = read(
                "mqttHttpAuthenticationUrl", "https://auth.example:8443/who?user=${username}&kind=device",
                "mqttHttpAuthenticationHeaders", "{\"Authorization\": \"Bearer hidden\"}");

        assertThat(problems).isEmpty();
        assertThat(Objects.requireNonNull(settings.http()).request().address())
                .isEqualTo("https://auth.example:8443/who");
        assertThat(settings.http().request().query()).hasSize(2);
        assertThat(settings.toString()).doesNotContain("hidden");
    }

    @Test
    void readsSecretsOutOfFiles(@TempDir Path directory) throws Exception {
        Path password = Files.writeString(directory.resolve("password"), "hidden\n");
        Path headers = Files.writeString(directory.resolve("headers"), "{\"Authorization\": \"Bearer hidden\"}\n");

        SourceSettings settings = read(
                "mqttLdapUrl", "ldap://one",
                "mqttLdapBindDn", "cn=broker",
                "mqttLdapBindPassword", "file:" + password,
                "mqttLdapSearchBase", "dc=example",
                "mqttHttpAuthenticationUrl", "http://x/",
                "mqttHttpAuthenticationHeaders", "file:" + headers);

        assertThat(problems).isEmpty();
        LdapSettings.Account account = Objects.requireNonNull(settings.ldap()).account();
        assertThat(Objects.requireNonNull(account).password().value()).isEqualTo("hidden");
        assertThat(Objects.requireNonNull(settings.http()).request().headers()).containsOnlyKeys("Authorization");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "mqttJwtSecret; hidden; a secret has at least 32 bytes, and this one has 6",
                "mqttJwtSecret; base64:hidden!; is no Base64",
                "mqttJwtSecret; file:/no/such/file; the file /no/such/file cannot be read",
                "mqttJwtPublicKeyFile; /no/such/file; the file /no/such/file cannot be read",
                "mqttJwtJwksUrl; ftp://x/y; a URL of https or http",
                "mqttJwtJwksUrl; https://user:hidden@x/y; a URL of https or http",
                "mqttJwtLeewaySeconds; 10; mqttJwtLeewaySeconds: it means nothing without mqttJwtSecret",
                "mqttHttpAuthenticationUrl; https://${username}/; a URL of https or http",
                "mqttHttpAuthenticationUrl; https://x/?u=${user}; there is no placeholder ${user}",
                "mqttHttpAuthenticationUrl; https://x/?u=a b; is no <name>=<value>",
                "mqttHttpAuthenticationHeaders; hidden; it means nothing without mqttHttpAuthenticationUrl",
                "mqttLdapUrl; http://x; ldap://<host>:<port>",
                "mqttLdapUrl; ldap://x; mqttLdapUserDn: it or mqttLdapSearchBase is needed",
                "mqttLdapBindPassword; hidden; it means nothing without mqttLdapUrl",
                "mqttCertificateUsername; email; cn, dn or san is needed",
                "mqttPulsarRoleNamespace; ^[^.]+; a group is needed",
                "mqttPulsarRoleNamespace; (; it is no regular expression",
            })
    void saysWhatIsWrongAndNoSecret(String key, String value, String problem) {
        read(key, value);

        assertThat(problems).anyMatch(one -> one.startsWith(key) || one.startsWith("mqttLdapUserDn"));
        assertThat(String.join("\n", problems)).contains(problem).doesNotContain("hidden");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "mqttJwtAlgorithms; none; there are ES256, ES384",
                "mqttJwtClaims; sub; <claim>=<value> is needed",
                "mqttJwtClaims; sub=${nobody}; there is no placeholder ${nobody}",
                "mqttJwtFrom; header; password or username is needed",
                "mqttJwtMaxBytes; 1; a whole number from 256 to 65535 is needed",
            })
    void saysWhatIsWrongWithTokens(String key, String value, String problem) {
        read("mqttJwtSecret", LONG_SECRET, key, value);

        assertThat(problems).singleElement().asString().startsWith(key).contains(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "mqttHttpAuthenticationHeaders; {\"Authorization\": hidden}; a JSON object is needed",
                "mqttHttpAuthenticationHeaders; {\"Host\": \"hidden\"}; the header 'Host'",
                "mqttHttpAuthenticationHeaders; {\"X\": 1}; its value is no text",
                "mqttHttpAuthenticationBody; [1]; a JSON object is needed",
                "mqttHttpAuthenticationBody; {\"a\": \"${b}\"}; there is no placeholder ${b}",
                "mqttHttpAuthenticationMethod; PUT; POST or GET is needed",
            })
    void saysWhatIsWrongWithRequests(String key, String value, String problem) {
        read("mqttHttpAuthenticationUrl", "http://x/", key, value);

        assertThat(problems)
                .singleElement()
                .asString()
                .startsWith(key)
                .contains(problem)
                .doesNotContain("hidden");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "mqttLdapUserDn; uid=x; and not both",
                "mqttLdapSearchFilter; (uid=${username}; it is no filter",
                "mqttLdapSearchBase; here; it is no distinguished name",
                "mqttLdapUrl; ldap://x, ldaps://y; all copies of a directory have the same scheme",
                "mqttLdapBindDn; cn=broker; it and mqttLdapBindPassword are needed",
            })
    void saysWhatIsWrongWithADirectory(String key, String value, String problem) {
        Properties properties = new Properties();
        properties.setProperty("mqttLdapUrl", "ldap://x");
        properties.setProperty("mqttLdapSearchBase", "dc=example");
        properties.setProperty(key, value);
        new SourceReader(properties, problems::add).read();

        assertThat(problems).singleElement().asString().contains(problem);
    }
}
