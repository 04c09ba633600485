package io.magnetar.mqtt.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.codec.PacketException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamespaceSyntaxTest {
    private final List<String> problems = new ArrayList<>();

    private NamespaceRules read(String written) {
        NamespaceRules rules = NamespaceSyntax.read(written, problems::add);
        return rules;
    }

    private @Nullable String name(String written, Newcomer client) throws PacketException {
        NamespaceRules.Found found = read(written).find(client, null);
        assertThat(problems).isEmpty();
        return found == null ? null : found.name();
    }

    @Test
    void isEmptyWhereAllAreInOneNamespace() {
        assertThat(read(" ").rules()).isEmpty();
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "client-id:/^([^-]+)-/; fleetA-client1; ; fleetA",
                "client-id:/^([^-]+)-/; FLEETA-client1; ; FLEETA",
                "client-id:/^([^-]+)-/; fleetA; ; ",
                "client-id:/^[a-z]+/; fleet7; ; fleet",
                "client-id:/x?/; y; ; ",
                "client-id:/,(a|b)\\/c/; ,b/c; ; b",
                "username; c; fleetB; fleetB",
                "username; c; ; ",
                "username:/^(.*)@/, client-id:/^([^-]+)-/; fleetA-1; fleetB@x; fleetB",
                "username:/^(.*)@/, client-id:/^([^-]+)-/; fleetA-1; fleetB; fleetA",
                "cel:username.split('-')[0]; c; fleetC-9; fleetC",
                "client-id:/^(x)-/,cel:username.startsWith('a,b') ? 'two' : ''; c; a,b; two",
                "client-id:/^(x)-/,cel:username.startsWith('a,b') ? 'two' : ''; c; c; ",
                "cel:'none' in user_properties ? user_properties['none'] : ''; c; c; ",
            })
    void findsTheNameExactly(String written, String clientId, @Nullable String username, @Nullable String expected)
            throws PacketException {
        assertThat(name(written, Clients.client(clientId, username))).isEqualTo(expected);
    }

    @Test
    void findsItInAUserPropertyByTheFirstValueThatHasOne() throws PacketException {
        Newcomer client = Clients.client(
                "c",
                null,
                new UserProperty("other", "no"),
                new UserProperty("te,na:nt", "not this"),
                new UserProperty("tenant", "one"),
                new UserProperty("tenant", "t-two"));

        assertThat(name("user-property:tenant", client)).isEqualTo("one");
        assertThat(name("user-property:tenant:/^t-(.+)/", client)).isEqualTo("two");
        assertThat(name("user-property:none, user-property: other", client)).isEqualTo("no");
        assertThat(name("cel:user_properties['tenant']", client)).isEqualTo("one");
    }

    @Test
    void knowsWhereTheAuthenticatorHasAWord() throws PacketException {
        NamespaceRules rules = read("client-id:/^([^-]+)-/, authenticator:/^ns:(.+)/, username");

        assertThat(problems).isEmpty();
        assertThat(rules.findBefore(Clients.client("a-1", "u"))).isNotEqualTo(NamespaceRules.UNANSWERED);
        assertThat(rules.findBefore(Clients.client("1", "u"))).isEqualTo(NamespaceRules.UNANSWERED);
        NamespaceRules.Found answered = rules.find(Clients.client("1", "u"), "ns:b");
        assertThat(answered == null ? null : answered.name()).isEqualTo("b");
        NamespaceRules.Found silent = rules.find(Clients.client("1", "u"), null);
        assertThat(silent == null ? null : silent.name()).isEqualTo("u");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "user-name; 'user-name' is no source: there are username, client-id, certificate-cn",
                "username,; there is an empty rule",
                "username:^(.*)-; 'username:^(.*)-': a regular expression is between slashes, as in username:/^([^-]+)-/",
                "username:; 'username:': a regular expression is between slashes",
                "username:/^(.*)-; has no end, a slash is missing",
                "username:/a\\/; has no end, a slash is missing",
                "username://; a regular expression has 1 to 1024 characters",
                "username:/(/; 'username:/(/' is no regular expression: missing closing )",
                "username:/(?=x)/; is no regular expression",
                "username:/a/i; 'i' stands where a comma or the end is needed",
                "user-property; 'user-property' needs the name of a user property, as in user-property:tenant",
                "user-property:,username; 'user-property' needs the name",
                "cel:; 'cel:' needs an expression",
                "cel:user.x; 'user.x' is no CEL expression",
                "cel:1 + 1; the expression '1 + 1' must give a text, not int",
            })
    void namesEveryMistake(String written, String problem) {
        NamespaceRules unused = read(written);

        assertThat(problems).singleElement().asString().contains(problem);
    }

    @Test
    void namesAllMistakesAtOnce() {
        NamespaceRules unused = read("user-name, username:/(/, user-property, cel:");

        assertThat(problems).hasSize(4);
    }

    @Test
    void takesNoMoreThanSixteenRules() {
        NamespaceRules unused = read("username,".repeat(16) + "username");

        assertThat(problems).containsExactly("17 rules: at most 16 are possible");
    }
}
