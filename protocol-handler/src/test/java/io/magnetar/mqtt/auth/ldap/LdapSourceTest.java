package io.magnetar.mqtt.auth.ldap;

import static io.magnetar.mqtt.auth.ClientsToVerify.client;
import static io.magnetar.mqtt.auth.ClientsToVerify.verdict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.magnetar.mqtt.auth.AuthenticationSource.Allow;
import io.magnetar.mqtt.auth.AuthenticationSource.Deny;
import io.magnetar.mqtt.auth.AuthenticationSource.Ignore;
import io.magnetar.mqtt.auth.ClaimTemplate;
import io.magnetar.mqtt.auth.Identity;
import io.magnetar.mqtt.auth.Secret;
import io.magnetar.mqtt.packet.ReasonCode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of a directory, asked over its protocol. */
class LdapSourceTest {
    private static final String ODD = "odd, name+x=(y)*\\";
    private static final LdapSettings.Place NAMED =
            new LdapSettings.Named(DnTemplate.parse("uid=${username},ou=devices,dc=example"));
    private static final LdapSettings.Place SEARCHED = new LdapSettings.Searched(
            DnTemplate.parse("ou=devices,dc=example"), ClaimTemplate.parse("(&(kind=device)(uid=${username}))"));
    private static final LdapSettings.Attributes NOTHING = new LdapSettings.Attributes("uid", null, null, null);
    private static final LdapSettings.Attributes ALL =
            new LdapSettings.Attributes("uid", "fleet", "mqttRole", "mqttSuperuser");
    private static final Deny WRONG =
            new Deny(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the user name or the password is not right");

    private Directory directory;
    private @Nullable LdapSource source;

    @BeforeEach
    void start() throws Exception {
        directory = new Directory(null, false);
    }

    @AfterEach
    void close() {
        if (source != null) {
            source.close();
        }
        directory.close();
    }

    private LdapSource source(LdapSettings.Place place, LdapSettings.Check check, LdapSettings.Attributes attributes) {
        return source(place, check, attributes, directory.port());
    }

    private LdapSource source(
            LdapSettings.Place place, LdapSettings.Check check, LdapSettings.Attributes attributes, int port) {
        LdapSource made = new LdapSource(
                new LdapSettings(
                        List.of(new LdapSettings.Server("127.0.0.1", port)),
                        LdapSettings.Security.NONE,
                        null,
                        new LdapSettings.Account(Directory.ACCOUNT, new Secret(Directory.ACCOUNT_PASSWORD)),
                        place,
                        check,
                        attributes,
                        2),
                2_000);
        source = made;
        return made;
    }

    private LdapSource binding(LdapSettings.Place place) {
        return source(place, new LdapSettings.Bind(), NOTHING);
    }

    @Test
    void letsInWhomTheDirectoryLetsIn() throws Exception {
        for (LdapSettings.Place place : List.of(NAMED, SEARCHED)) {
            LdapSource asked = binding(place);

            assertThat(verdict(asked, client("one", "secret-1"))).isEqualTo(new Allow(Identity.PLAIN));
            assertThat(verdict(asked, client(ODD, "secret-3"))).isEqualTo(new Allow(Identity.PLAIN));
            assertThat(verdict(asked, client("one", "secret-2"))).isEqualTo(WRONG);
            asked.close();
        }
    }

    @Test
    void comparesWhatTheDirectoryHas() throws Exception {
        LdapSource asked = source(SEARCHED, new LdapSettings.Compare("userPassword"), NOTHING);

        assertThat(verdict(asked, client("one", "secret-1"))).isEqualTo(new Allow(Identity.PLAIN));
        assertThat(verdict(asked, client("one", "secret-2"))).isEqualTo(WRONG);
        assertThat(verdict(asked, client("three", "secret-2"))).isInstanceOf(Ignore.class);
    }

    @Test
    void leavesWhoHasNoEntryToOthers() throws Exception {
        assertThat(verdict(binding(SEARCHED), client("three", "secret"))).isInstanceOf(Ignore.class);
        assertThat(verdict(binding(SEARCHED), client(null, "secret"))).isInstanceOf(Ignore.class);
        assertThat(verdict(binding(SEARCHED), client("one", null))).isInstanceOf(Ignore.class);
    }

    @Test
    void refusesAnEmptyPasswordUnasked() throws Exception { // RFC 4513, 5.1.2
        for (LdapSettings.Place place : List.of(NAMED, SEARCHED)) {
            LdapSource asked = binding(place);

            assertThat(verdict(asked, client("one", ""))).isEqualTo(WRONG);
            asked.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "one)(uid=*",
                "one)(|(uid=*))",
                "*)(uid=two",
                "o*",
                "one\\00",
                "one\u0000",
                "one,ou=devices",
                "one+kind=device"
            })
    void whatClientsSayIsNoPartOfAFilterOrOfAName(String username) throws Exception {
        for (LdapSettings.Place place : List.of(NAMED, SEARCHED)) {
            LdapSource asked = binding(place);

            for (String password : List.of("secret-1", "secret-2")) {
                assertThat(verdict(asked, client(username, password))).isNotInstanceOf(Allow.class);
            }
            asked.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ONE", "One", " one", "one "})
    void aUserNameIsThatOfTheEntryExactly(String username) throws Exception {
        for (LdapSettings.Place place : List.of(NAMED, SEARCHED)) {
            LdapSource asked = binding(place);

            assertThat(verdict(asked, client(username, "secret-1"))).isNotInstanceOf(Allow.class);
            asked.close();
        }
    }

    @Test
    void tellsWhatTheEntrySays() throws Exception {
        for (LdapSettings.Place place : List.of(NAMED, SEARCHED)) {
            LdapSource asked = source(place, new LdapSettings.Bind(), ALL);

            assertThat(verdict(asked, client("one", "secret-1")))
                    .isEqualTo(new Allow(new Identity("fleetA", "role-of-fleetA", true, null, Identity.NEVER)));
            assertThat(verdict(asked, client("two", "secret-2")))
                    .isEqualTo(new Allow(new Identity("fleetB", "role-of-fleetB", false, null, Identity.NEVER)));
            asked.close();
        }
    }

    @Test
    void nobodyCanBeAskedWhenTheFilterMatchesTwo() {
        LdapSource asked = source(
                new LdapSettings.Searched(
                        DnTemplate.parse("ou=devices,dc=example"), ClaimTemplate.parse("(kind=device)")),
                new LdapSettings.Bind(),
                NOTHING);

        assertThatThrownBy(() -> verdict(asked, client("one", "secret-1"))).hasMessageContaining("LDAP");
    }

    @Test
    void comesBackWhenTheDirectoryDoes() throws Exception {
        LdapSource asked = binding(SEARCHED);
        assertThat(verdict(asked, client("one", "secret-1"))).isInstanceOf(Allow.class);
        int port = directory.port();
        directory.stop();

        assertThatThrownBy(() -> verdict(asked, client("one", "secret-1"))).hasMessageContaining("LDAP");
        assertThatThrownBy(() -> verdict(asked, client("one", "secret-2"))).hasMessageContaining("LDAP");

        directory.startAgain();
        assertThat(directory.port()).isEqualTo(port);
        assertThat(verdict(asked, client("one", "secret-1"))).isInstanceOf(Allow.class);
    }

    @Test
    void aDirectoryThatDoesNotAnswerFailsInTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            LdapSource asked = source(SEARCHED, new LdapSettings.Bind(), NOTHING, silent.getLocalPort());
            long begin = System.nanoTime();

            assertThatThrownBy(() -> verdict(asked, client("one", "secret-1"))).isNotNull();

            assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin))
                    .isLessThan(20);
        }
    }

    @Test
    void wrongCredentialsOfTheBrokerLetNobodyIn() {
        for (LdapSettings.Place place : List.of(NAMED, SEARCHED)) {
            try (LdapSource asked = new LdapSource(
                    new LdapSettings(
                            List.of(new LdapSettings.Server("127.0.0.1", directory.port())),
                            LdapSettings.Security.NONE,
                            null,
                            new LdapSettings.Account(Directory.ACCOUNT, new Secret("wrong")),
                            place,
                            new LdapSettings.Bind(),
                            NOTHING,
                            2),
                    2_000)) {
                assertThatThrownBy(() -> verdict(asked, client("one", "secret-1")))
                        .hasMessageContaining("LDAP");
            }
        }
    }
}
