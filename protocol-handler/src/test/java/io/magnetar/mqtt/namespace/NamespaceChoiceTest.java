package io.magnetar.mqtt.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.google.re2j.Pattern;
import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.listener.Peer;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamespaceChoiceTest {
    private static final Peer.Certificate CERTIFICATE =
            new Peer.Certificate("meter", "CN=meter,OU=fleetD,O=Magnetar", List.of("meter.local", "fleetS.example"));

    private static NamespaceChoice choice(String from, boolean required) {
        NamespaceRules rules = NamespaceSyntax.read(from, problem -> {
            throw new AssertionError(problem);
        });
        return new NamespaceChoice(new NamespaceSettings(
                rules,
                new Namespace("public"),
                required,
                false,
                Set.of("denied"),
                Pattern.compile("[^o].*"),
                NamespaceSettings.Creation.NEVER,
                10));
    }

    private static String chosen(String from, Newcomer client) throws PacketException {
        return choice(from, false).before(client).map(Namespace::name).orElse("only the authenticator can tell");
    }

    private static void assertRefused(NamespaceChoice choice, Newcomer client, ReasonCode code, String reason) {
        assertThatThrownBy(() -> choice.before(client)).isInstanceOfSatisfying(PacketException.class, refusal -> {
            assertThat(refusal.reasonCode()).isEqualTo(code);
            assertThat(refusal.problem()).contains(reason);
        });
    }

    @Test
    void isTheDefaultForAllWithoutRules() throws PacketException {
        assertThat(chosen("", Clients.client("fleetA-client1", "fleetA"))).isEqualTo("public");
    }

    @Test
    void isTheDefaultForOneWhoNamesNoneOrARefusal() throws PacketException {
        assertThat(chosen("username", Clients.client("c", null))).isEqualTo("public");
        assertRefused(
                choice("username", true),
                Clients.client("c", null),
                ReasonCode.NOT_AUTHORIZED,
                "this one has told none");
    }

    @Test
    void comesFromEverythingThatIsKnownOfTheConnection() throws PacketException {
        Newcomer client = Clients.from(Clients.peer("fleetL", CERTIFICATE, "fleetN.example.com"));

        assertThat(chosen("certificate-cn", client)).isEqualTo("meter");
        assertThat(chosen("certificate-dn:/OU=([^,]+)/", client)).isEqualTo("fleetD");
        assertThat(chosen("certificate-san", client)).isEqualTo("meter.local");
        assertThat(chosen("certificate-san:/^([^.]+)[.]example$/", client)).isEqualTo("fleetS");
        assertThat(chosen("sni:/^([^.]+)[.]/", client)).isEqualTo("fleetN");
        assertThat(chosen("listener", client)).isEqualTo("fleetL");
        assertThat(chosen("cel:certificate_cn + '-' + listener_namespace", client))
                .isEqualTo("meter-fleetL");
        assertThat(chosen("cel:certificate_sans.filter(n, n.endsWith('.example'))[0].split('.')[0]", client))
                .isEqualTo("fleetS");
        assertThat(chosen("cel:sni == '' ? listener : ''", client)).isEqualTo("public");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqtt", "pulsar", "system", "global", "undefined", "null", "none", ".", ".."})
    void isNoReservedName(String name) {
        assertRefused(
                choice("username", false),
                Clients.client("c", name),
                ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                "the namespace name '" + name + "' is reserved");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"fleet A", "fleet/A", "fleet\tA", "fleet\u0000", "fl\u00e9et", "fleetA\n", " fleetA", "%66"})
    void isNeverAnythingThatPulsarTakesForNoTenant(String name) {
        assertRefused(
                choice("username", false),
                Clients.client("c", name),
                ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                "its name has 1 to 255 of the characters");
        assertRefused(
                choice("client-id", false),
                Clients.client(name, null),
                ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                "its name has 1 to 255 of the characters");
        assertRefused(
                choice("cel:username", false),
                Clients.client("c", name),
                ReasonCode.NOT_AUTHORIZED,
                "its name has 1 to 255 of the characters");
    }

    @Test
    void isNoDeniedNameAndNoneThatIsNotServed() {
        assertRefused(
                choice("username", false),
                Clients.client("c", "denied"),
                ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                "'denied' is denied to clients");
        assertRefused(
                choice("username", false),
                Clients.client("c", "other1"),
                ReasonCode.NOT_AUTHORIZED,
                "'other1' is not served here");
    }

    @Test
    void isNotLookedForInLongTexts() throws PacketException {
        String longest = "a-" + "x".repeat(NamespaceRule.MAX_VALUE_LENGTH - 2);

        assertThat(chosen("username:/^(a)-/", Clients.client("c", longest))).isEqualTo("a");
        assertRefused(
                choice("username:/^(a)-/", false),
                Clients.client("c", longest + "x"),
                ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                "at most 1024 characters");
    }

    @Test
    void isNothingThatAnExpressionSeesInPartOrDoesNotSay() {
        String longest = "x".repeat(NamespaceRule.MAX_VALUE_LENGTH + 1);

        assertRefused(
                choice("cel:'a'", false),
                Clients.client("c", longest),
                ReasonCode.NOT_AUTHORIZED,
                "at most 1024 characters");
        assertRefused(
                choice("cel:'a'", false),
                Clients.client("c", null, new UserProperty("p", longest)),
                ReasonCode.NOT_AUTHORIZED,
                "at most 1024 characters");
        assertRefused(
                choice("cel:user_properties['tenant']", false),
                Clients.client("c", null),
                ReasonCode.NOT_AUTHORIZED,
                "says nothing about this client");
    }

    @Test
    void isNotLookedForInManyUserProperties() throws PacketException {
        UserProperty[] many = new UserProperty[NamespaceSource.MAX_PROPERTIES];
        Arrays.fill(many, new UserProperty("tenant", "no"));
        many[many.length - 1] = new UserProperty("tenant", "t:fleetP");
        UserProperty[] tooMany = Arrays.copyOf(many, many.length + 1);
        tooMany[many.length] = new UserProperty("more", "");

        assertThat(chosen("user-property:tenant:/^t:(.+)/", Clients.client("c", null, many)))
                .isEqualTo("fleetP");
        assertRefused(
                choice("user-property:tenant:/^t:(.+)/", false),
                Clients.client("c", null, tooMany),
                ReasonCode.NOT_AUTHORIZED,
                "at most 64 user properties");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sni", "sni:/^([^.]+)[.]/", "cel:sni.split('.')[0]"})
    void isNoServerNameThatIsNotInAscii(String from) {
        assertRefused(
                choice(from, false),
                Clients.from(Clients.peer(null, null, "fleetA.\u212A.example")),
                ReasonCode.NOT_AUTHORIZED,
                "not in ASCII");
    }

    @Test
    void takesTimeInProportionToANameThatTheClientChooses() {
        NamespaceChoice choice = new NamespaceChoice(new NamespaceSettings(
                NamespaceSyntax.read("username", problem -> {}),
                new Namespace("public"),
                true,
                false,
                Set.of(),
                Pattern.compile("(a+)+b"),
                NamespaceSettings.Creation.NEVER,
                10));

        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertRefused(
                        choice, Clients.client("c", "a".repeat(255)), ReasonCode.NOT_AUTHORIZED, "is not served here"));
    }

    @Test
    void isNotOneThatTheAuthenticatorContradicts() throws PacketException {
        NamespaceChoice choice = choice("client-id:/^([^-]+)-/, authenticator:/^ns:(.+)/", false);
        choice.confirm(new Namespace("fleetA"), "ns:fleetA");

        assertThatThrownBy(() -> choice.confirm(new Namespace("fleetA"), "nothing of namespaces"))
                .isInstanceOf(PacketException.class);
        assertThatThrownBy(() -> choice.confirm(new Namespace("fleetA"), "ns:fleetB"))
                .isInstanceOf(PacketException.class);
        assertThatThrownBy(() -> choice("username", false).confirm(new Namespace("fleetA"), "fleetB"))
                .isInstanceOf(PacketException.class);
    }

    @Test
    void waitsForTheAuthenticatorWhereThatDecides() throws PacketException {
        NamespaceChoice choice = choice("client-id:/^([^-]+)-/, authenticator", true);

        assertThat(choice.before(Clients.client("fleetA-1", null))).contains(new Namespace("fleetA"));
        assertThat(choice.before(Clients.client("1", null))).isEmpty();
        assertThat(choice.after(Clients.client("1", null), "fleetJ")).isEqualTo(new Namespace("fleetJ"));
        assertThatThrownBy(() -> choice.after(Clients.client("1", null), null)).isInstanceOf(PacketException.class);
        assertThatThrownBy(() -> choice.after(Clients.client("1", null), "mqtt"))
                .isInstanceOf(PacketException.class);
    }
}
