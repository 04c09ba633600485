package io.magnetar.it.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.jsonwebtoken.SignatureAlgorithm;
import io.magnetar.it.client.RawClient;
import io.magnetar.it.distribution.AdminTool.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.SecretKey;
import org.apache.pulsar.broker.authentication.AuthenticationProviderToken;
import org.apache.pulsar.broker.authentication.utils.AuthTokenUtils;
import org.apache.pulsar.client.impl.auth.AuthenticationToken;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code pulsar-admin mqtt users} as Pulsar's own script runs it, and what clients get of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UserCommandsIT {
    private static final int SUCCESS = 0;
    private static final int BAD_USER = 0x86;

    private final SecretKey key = AuthTokenUtils.createSecretKey(SignatureAlgorithm.HS256);
    private final String root = AuthTokenUtils.createToken(key, "root", Optional.empty());
    private final String stranger = AuthTokenUtils.createToken(key, "stranger", Optional.empty());
    private Standalone standalone;
    private AdminTool tool;

    @TempDir
    Path directory;

    @BeforeAll
    void start() throws Exception {
        standalone = new Standalone(
                        "user-commands",
                        "--no-functions",
                        "--set",
                        "mqttAuthentication=users",
                        "--set",
                        "authenticationEnabled=true",
                        "--set",
                        "authenticationProviders=" + AuthenticationProviderToken.class.getName(),
                        "--set",
                        "tokenSecretKey=data:;base64," + AuthTokenUtils.encodeKeyBase64(key),
                        "--set",
                        "authorizationEnabled=true",
                        "--set",
                        "superUserRoles=root",
                        "--set",
                        "brokerClientAuthenticationPlugin=" + AuthenticationToken.class.getName(),
                        "--set",
                        "brokerClientAuthenticationParameters=token:" + root)
                .start();
        tool = new AdminTool(standalone, root);
    }

    @AfterAll
    void stop() throws Exception {
        standalone.close();
    }

    private int code(String username, String password) throws Exception {
        try (RawClient client = new RawClient(standalone.mqttPort())) {
            return client.send(RawClient.packet(0x10, "MQTT", 5, 0xC2, 0, 60, 0, "users-it", username, password))
                    .read()
                    .at(1);
        }
    }

    private Path secret(String password) throws Exception {
        return Files.writeString(directory.resolve("secret"), password + "\n");
    }

    private Ran users(String... arguments) throws Exception {
        String[] all = new String[arguments.length + 1];
        all[0] = "users";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return tool.asRoot(all);
    }

    private static String done(Ran ran) {
        assertThat(ran.exitCode()).as(ran.printed()).isZero();
        return ran.printed();
    }

    private static String failed(Ran ran) {
        assertThat(ran.exitCode()).as(ran.printed()).isNotZero();
        return ran.printed();
    }

    @Test
    void makesShowsChangesAndDeletesAUser() throws Exception {
        String file = secret("sesame").toString();
        assertThat(done(users("create", "public", "--username", "anna", "--password-file", file, "--scram")))
                .containsPattern("(?m)^username: +anna$")
                .doesNotContain("sesame");
        assertThat(code("anna", "sesame")).isEqualTo(SUCCESS);
        assertThat(code("anna", "wrong")).isEqualTo(BAD_USER);
        assertThat(failed(users("create", "public", "--username", "anna", "--password-file", file)))
                .contains("there is a user 'anna' already");

        String listed = done(users("list", "public"));
        assertThat(listed.lines().findFirst().orElse("")).matches("username +password +scram +superuser *");
        assertThat(listed).containsPattern("(?m)^anna +pbkdf2-sha512 .*SCRAM-SHA-256.* +false *$");

        secret("open sesame");
        done(users("set", "public", "--username", "anna", "--password-file", file, "--superuser", "true"));
        assertThat(code("anna", "sesame")).isEqualTo(BAD_USER);
        assertThat(code("anna", "open sesame")).isEqualTo(SUCCESS);
        JsonNode seen = users("get", "public", "--username", "anna", "--json").json();
        assertThat(seen.path("superuser").asBoolean()).isTrue();
        assertThat(seen.path("scram")).as("renewed with the password").hasSize(2);

        done(users("delete", "public", "--username", "anna"));
        assertThat(code("anna", "open sesame")).isEqualTo(BAD_USER);
        assertThat(failed(users("get", "public", "--username", "anna"))).contains("there is no user 'anna'");
    }

    @Test
    void aUserOfNoNamespaceIsASuperusersToMake() throws Exception {
        String file = secret("sesame").toString();
        done(users("create", "--global", "--username", "everywhere", "--password-file", file));

        assertThat(done(users("list", "--global"))).contains("everywhere");
        assertThat(done(users("list", "public"))).doesNotContain("everywhere");
        done(users("delete", "--global", "--username", "everywhere"));

        for (String[] place : new String[][] {{"public"}, {"--global"}}) {
            Ran refused = tool.as(stranger, "users", "create", place[0], "--username", "x", "--password-file", file);
            assertThat(failed(refused)).contains("stranger").doesNotContain("sesame");
            assertThat(failed(tool.as(stranger, "users", "export", place[0]))).contains("stranger");
        }
    }

    @Test
    void exportsAndImportsInBothForms() throws Exception {
        String file = secret("sesame").toString();
        String odd = "bert, \"the\" 2nd";
        done(users("create", "public", "--username", odd, "--password-file", file, "--scram", "--superuser", "true"));
        done(users("create", "public", "--username", "carl", "--password-file", file));
        for (String form : new String[] {"json", "csv"}) {
            Path exported = directory.resolve("users." + form);
            assertThat(done(users("export", "public", "--file", exported.toString())))
                    .contains("are exported to");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(exported)))
                    .isEqualTo("rw-------");
            assertThat(Files.readString(exported)).contains("$pbkdf2-sha512$").doesNotContain("sesame");
            assertThat(done(users("export", "public", "--format", form))).isEqualTo(Files.readString(exported));
            JsonNode before =
                    users("get", "public", "--username", odd, "--json").json();
            for (String name : new String[] {odd, "carl"}) {
                done(users("delete", "public", "--username", name));
                await().until(() -> code(name, "sesame") == BAD_USER);
            }

            assertThat(done(users("import", "public", "--file", exported.toString())))
                    .contains("users are imported");

            assertThat(users("get", "public", "--username", odd, "--json").json())
                    .as("by %s", form)
                    .isEqualTo(before);
            for (String name : new String[] {odd, "carl"}) {
                assertThat(code(name, "sesame")).as(form).isEqualTo(SUCCESS);
            }
        }
    }

    @Test
    void importsWhatOthersHaveAndSaysWhatIsWrong() throws Exception {
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest("saltsesame".getBytes(UTF_8)));
        Path emqx = Files.writeString(
                directory.resolve("emqx.csv"),
                "user_id,password_hash,salt,is_superuser\nemqx-1," + digest
                        + ",salt,false\nemqx-2,no digest,salt,false\n");

        assertThat(failed(users("import", "public", "--file", emqx.toString())))
                .contains("say with --algorithm what made them");
        assertThat(failed(users("import", "public", "--file", emqx.toString(), "--algorithm", "sha256-prefix")))
                .contains("1 users are imported")
                .containsPattern("(?m)^emqx-2 +")
                .contains("1 users of " + emqx + " are not imported");
        assertThat(code("emqx-1", "sesame")).isEqualTo(SUCCESS);

        Path uneven = Files.writeString(directory.resolve("uneven.csv"), "username,password\nanna\n");
        assertThat(failed(users("import", "public", "--file", uneven.toString())))
                .contains("row 2 has 1 values, and there are 2 columns");
        Path broken = Files.writeString(directory.resolve("broken.json"), "[{\"password\": \"sesame\"");
        assertThat(failed(users("import", "public", "--file", broken.toString())))
                .contains("a file of JSON has a list of users")
                .doesNotContain("sesame");
        assertThat(failed(users("list"))).contains("there is no namespace: name it, or say --global");
        assertThat(failed(users("list", "public", "--global"))).contains("there is a namespace and --global");
        assertThat(failed(users("set", "public", "--username", "emqx-1", "--superuser", "maybe")))
                .contains("--superuser is true or false");
        assertThat(failed(users("create", "public", "--username", "dora", "--password-file", "/nowhere")))
                .contains("the password cannot be read from /nowhere");
        assertThat(failed(users(
                        "create",
                        "nosuch",
                        "--username",
                        "dora",
                        "--password-file",
                        secret("x").toString())))
                .contains("nosuch");
        assertThat(failed(users("list", "public", "--limit", "1001"))).contains("limit");
        assertThat(done(users("list", "public", "--limit", "1"))).doesNotContain("password:");
    }
}
