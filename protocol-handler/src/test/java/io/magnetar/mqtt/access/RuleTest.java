package io.magnetar.mqtt.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.tenancy.Namespace;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What rules are about, and how they are written. */
class RuleTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Subject client(String clientId, @Nullable String username) throws Exception {
        return new Subject(
                new Publisher(new Namespace("fleetA"), clientId, username),
                true,
                "devices",
                "meter-7",
                InetAddress.getByName("10.1.2.3"),
                false,
                List.of());
    }

    private static List<Rule> rules(String json) throws Exception {
        return RuleSyntax.readAll(JSON.readTree(json.replace('\'', '"')));
    }

    private static String decide(String json, AccessRequest request) throws Exception {
        return decide(json, client("c1", "anna"), request);
    }

    private static String decide(String json, Subject client, AccessRequest request) throws Exception {
        Rule rule = Rule.first(rules(json), client, request);
        return rule == null ? "none" : rule.allows() ? "allow" : "deny";
    }

    private static AccessRequest publish(String topic) {
        return AccessRequest.publish(topic, Qos.AT_LEAST_ONCE, false);
    }

    private static AccessRequest subscribe(String filter) {
        return AccessRequest.subscribe(filter, Qos.AT_LEAST_ONCE);
    }

    @ParameterizedTest
    @CsvSource({
        "a/#, a/b, allow",
        "a/#, a/+, allow",
        "a/#, a/#, allow",
        "a/+, a/#, none",
        "a/#, #, none",
        "eq a/+, a/+, allow",
        "eq a/+, a/b, none",
        "#, $SYS/broker/version, none",
        "$SYS/#, $SYS/broker/version, allow",
    })
    void allowsASubscriptionThatItCoversWhole(String topic, String asked, String outcome) throws Exception {
        assertThat(decide("[{'permission': 'allow', 'topic': '" + topic + "'}]", subscribe(asked)))
                .isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({
        "a/secret, a/secret, deny",
        "a/secret, a/+, deny",
        "a/secret, #, deny",
        "a/secret, b/#, none",
        "eq #, #, deny",
        "eq #, a/#, none",
        "$SYS/#, #, none",
    })
    void deniesASubscriptionWithWhichItHasAnythingInCommon(String topic, String asked, String outcome)
            throws Exception {
        assertThat(decide("[{'permission': 'deny', 'topic': '" + topic + "'}]", subscribe(asked)))
                .isEqualTo(outcome);
    }

    @Test
    void theFirstThatIsAboutARequestDecides() throws Exception {
        String json = "[{'permission': 'allow', 'topic': 'a/b'}, {'permission': 'deny', 'topic': 'a/#'},"
                + " {'permission': 'allow'}]";
        assertThat(decide(json, publish("a/b"))).isEqualTo("allow");
        assertThat(decide(json, publish("a/c"))).isEqualTo("deny");
        assertThat(decide(json, subscribe("a/b"))).isEqualTo("allow");
        assertThat(decide(json, subscribe("a/+"))).isEqualTo("deny");
        assertThat(decide(json, publish("$any/topic"))).isEqualTo("allow");
    }

    @Test
    void actionsQosAndRetainNarrowARule() throws Exception {
        String json = "[{'permission': 'allow', 'action': 'publish', 'topic': 'a', 'qos': [0, 1], 'retain': false}]";
        assertThat(decide(json, publish("a"))).isEqualTo("allow");
        assertThat(decide(json, subscribe("a"))).isEqualTo("none");
        assertThat(decide(json, AccessRequest.publish("a", Qos.EXACTLY_ONCE, false)))
                .isEqualTo("none");
        assertThat(decide(json, AccessRequest.publish("a", Qos.AT_LEAST_ONCE, true)))
                .isEqualTo("none");
        assertThat(decide("[{'permission': 'deny', 'topic': 'a', 'retain': true}]", subscribe("a")))
                .as("a subscription is not retained: what a rule says of RETAIN is about publishes")
                .isEqualTo("deny");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'clientid': 'c1'",
                "'clientid_re': '^c[0-9]$'",
                "'username': 'anna'",
                "'username_re': 'nn'",
                "'role': 'devices'",
                "'ipaddr': '10.0.0.0/8'",
                "'ipaddr': ['192.0.2.1', '10.1.2.3']",
                "'clientid': 'c1', 'username': 'anna', 'role_re': 'dev', 'ipaddr': '10.1.2.3'"
            })
    void isAboutThoseWhoAreAllThatItSays(String who) throws Exception {
        String json = "[{'permission': 'allow', " + who + "}]";
        assertThat(decide(json, publish("x"))).isEqualTo("allow");
        Subject other = new Subject(
                new Publisher(new Namespace("fleetA"), "other", "o"),
                true,
                null,
                null,
                InetAddress.getByName("192.0.2.7"),
                false,
                List.of());
        assertThat(decide(json, other, publish("x"))).isEqualTo("none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"'username': 'anna'", "'username_re': 'nn'", "'topic': '${username}'"})
    void aUserNameThatNobodyHasProvedDeniesAndDoesNotAllow(String who) throws Exception {
        Subject proved = client("c1", "anna");
        Subject claimed = new Subject(
                proved.publisher(), false, proved.role(), proved.commonName(), proved.address(), false, List.of());

        assertThat(decide("[{'permission': 'allow', " + who + "}]", proved, publish("anna")))
                .isEqualTo("allow");
        assertThat(decide("[{'permission': 'allow', " + who + "}]", claimed, publish("anna")))
                .isEqualTo("none");
        assertThat(decide("[{'permission': 'deny', " + who + "}]", claimed, publish("anna")))
                .isEqualTo("deny");
    }

    @Test
    void placeholdersAreTheClients() throws Exception {
        String json = "[{'permission': 'allow', 'topics':"
                + " ['${namespace}/${clientid}/${username}/${cert_cn}/${role}/+', 'eq ${clientid}/+']}]";
        assertThat(decide(json, publish("fleetA/c1/anna/meter-7/devices/x"))).isEqualTo("allow");
        assertThat(decide(json, publish("fleetA/c2/anna/meter-7/devices/x"))).isEqualTo("none");
        assertThat(decide(json, subscribe("c1/+"))).isEqualTo("allow");
    }

    @ParameterizedTest
    @ValueSource(strings = {"+", "#", "a/b", "a+", "", "$SYS"})
    void aPlaceholderWhoseValueWouldWidenTheRuleIsAboutNothing(String clientId) throws Exception {
        String json = "[{'permission': 'allow', 'topics': ['${clientid}/#', 'eq ${clientid}']}]";
        for (String asked : List.of("#", "+/#", "a/b/c", "a/b", "$SYS/x", "$SYS", "/x")) {
            assertThat(decide(json, client(clientId, null), subscribe(asked)))
                    .as("%s asks for %s", clientId, asked)
                    .isEqualTo("none");
        }
        assertThat(decide("[{'permission': 'allow', 'topic': 'u/${username}'}]", client("c", null), publish("u/")))
                .isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{'permission': 'maybe'}] | rule 1: its permission is 'allow' or 'deny', not 'maybe'",
                "[{'permission': 'allow', 'topc': 'a'}] | it has topc, and there are action",
                "[{'permission': 'allow', 'topic': 'a/#/b'}] | the topic 'a/#/b': '#' stands alone",
                "[{'permission': 'allow', 'topic': '${device}/a'}] | placeholder ${device}: there are ${clientid}",
                "[{'permission': 'allow', 'clientid_re': '('}] | clientid_re is no regular expression of RE2",
                "[{'permission': 'allow', 'qos': 3}] | qos is 0, 1, 2 or a list of them, not '3'",
                "[{'permission': 'allow', 'ipaddr': 'host'}] | ipaddr is an address or a range",
                "[{'permission': 'allow', 'topics': []}] | topics is an empty list",
                "[{'permission': 'allow'}, {'action': 'all'}, 5] | rule 2: its permission",
                "{'permission': 'allow'} | rules are an array",
            })
    void saysWhatIsWrong(String json, String problem) {
        assertThatThrownBy(() -> rules(json))
                .isInstanceOf(RuleSyntax.InvalidRuleException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void isWrittenAsItWasRead() throws Exception {
        String json = "[{'permission':'deny','action':'subscribe','clientid_re':'^c','username':'u','role':'r',"
                + "'ipaddr':['10.0.0.0/8'],'topics':['a/${clientid}/#','eq b/+'],'qos':[0,2]},"
                + "{'permission':'allow','action':'publish','retain':true}]";
        assertThat(JSON.writeValueAsString(RuleText.of(rules(json)))).isEqualTo(json.replace('\'', '"'));
    }

    @Test
    void aCredentialMayHaveListsOfTopicsAndThenNothingElse() throws Exception {
        List<Rule> own = CredentialRules.read("{\"pub\": [\"a/${clientid}\"], \"sub\": \"b/#\", \"all\": []}");
        Subject client = client("c1", null);
        assertThat(verdict(own, client, publish("a/c1"))).isEqualTo(Verdict.ALLOW);
        assertThat(verdict(own, client, subscribe("a/c1"))).isEqualTo(Verdict.DENY);
        assertThat(verdict(own, client, subscribe("b/c/+"))).isEqualTo(Verdict.ALLOW);
        assertThat(verdict(own, client, publish("c"))).isEqualTo(Verdict.DENY);
    }

    private static Verdict verdict(List<Rule> own, Subject client, AccessRequest request) {
        Subject withOwn = new Subject(client.publisher(), true, null, null, client.address(), false, own);
        return RuleBook.OF_CREDENTIALS.look(withOwn, request).verdict();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nonsense", "{\"publish\": [\"a\"]}", "[{\"permission\": \"allow\", \"zone\": \"z\"}]", "5"})
    void aCredentialWhoseRulesCannotBeReadAllowsNothing(String json) throws Exception {
        assertThat(verdict(CredentialRules.read(json), client("c1", null), publish("a")))
                .isEqualTo(Verdict.DENY);
    }

    @Test
    void aCredentialWithoutRulesSaysNothing() throws Exception {
        assertThat(verdict(CredentialRules.read(null), client("c1", null), publish("a")))
                .isEqualTo(Verdict.NONE);
        assertThat(verdict(CredentialRules.read("[]"), client("c1", null), publish("a")))
                .isEqualTo(Verdict.NONE);
    }
}
