package io.magnetar.mqtt.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.access.AccessControl;
import io.magnetar.mqtt.access.AccessRequest;
import io.magnetar.mqtt.access.AddressRange;
import io.magnetar.mqtt.access.CredentialRules;
import io.magnetar.mqtt.access.Outcome;
import io.magnetar.mqtt.access.Rule;
import io.magnetar.mqtt.access.RuleLog;
import io.magnetar.mqtt.access.RuleOwner;
import io.magnetar.mqtt.access.RuleSyntax;
import io.magnetar.mqtt.access.RuleText;
import io.magnetar.mqtt.access.StoredRules;
import io.magnetar.mqtt.access.Subject;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import io.magnetar.topic.TopicNames;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The built-in rules of a namespace, and what all rules together say to a client. A tenant's admin sees and changes those of its own.
 *
 * <p>Thread: any; never blocks.
 */
public final class RuleRequests implements Routes {
    private static final String RULES = NamespaceRequests.NAMESPACE + "/rules";
    private static final String OF_ALL = RULES + "/all";
    private static final String OF_ONE = RULES + "/{kind}/{name}";
    private static final Comparator<RuleOwner> ORDER =
            Comparator.comparing(RuleOwner::kind).thenComparing(RuleOwner::name);

    private final StoredRules stored;
    private final @Nullable RuleLog log;
    private final AccessControl control;
    private final int maxRules;
    private final NamespaceWrites writes;

    /**
     * @param log null when the built-in rules are no source
     * @param maxRules how many rules a namespace may have
     */
    public RuleRequests(
            StoredRules stored, @Nullable RuleLog log, AccessControl control, int maxRules, NamespaceWrites writes) {
        this.stored = stored;
        this.log = log;
        this.control = control;
        this.maxRules = maxRules;
        this.writes = writes;
    }

    @Override
    public List<Route> routes() {
        return List.of(
                Route.of("GET", RULES, this::list),
                Route.of("DELETE", RULES, this::deleteAll),
                Route.of("GET", OF_ALL, this::get),
                Route.of("PUT", OF_ALL, this::put),
                Route.of("DELETE", OF_ALL, this::delete),
                Route.of("GET", OF_ONE, this::get),
                Route.of("PUT", OF_ONE, this::put),
                Route.of("DELETE", OF_ONE, this::delete),
                Route.of("POST", RULES + "/test", this::test));
    }

    private static RuleOwner owner(Call call) {
        String kind = call.variable("kind");
        return RuleOwner.of(kind.isEmpty() ? "all" : kind, call.variable("name"))
                .orElseThrow(() ->
                        RefusedRequest.missing("there are rules of client/NAME, user/NAME, role/NAME and of all"));
    }

    private RuleLog log() {
        if (log == null) {
            throw new RefusedRequest(
                    RefusedRequest.CONFLICT, "the built-in rules count for nothing: mqttAuthorization has no 'rules'");
        }
        return log;
    }

    private CompletableFuture<AdminAnswer> list(Call call) {
        Page page = Page.of(call);
        return call.require(Right.SEE_RULES, null).thenApply(ignored -> {
            Map<RuleOwner, List<Rule>> rules = stored.of(call.namespace());
            List<RuleOwner> after = rules.keySet().stream()
                    .sorted(ORDER)
                    .dropWhile(owner -> !page.after().isEmpty() && !isAfter(owner, page.after()))
                    .toList();
            List<RuleOwner> shown = after.subList(0, Math.min(page.limit(), after.size()));
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("namespace", call.namespace().name());
            if (shown.size() < after.size()) {
                body.put("next", id(shown.get(shown.size() - 1)));
            }
            List<Map<String, Object>> owners = new ArrayList<>();
            shown.forEach(owner -> owners.add(described(owner, rules.getOrDefault(owner, List.of()))));
            body.put("owners", owners);
            return AdminAnswer.ok(body);
        });
    }

    private static String id(RuleOwner owner) {
        return owner.kind().word() + "/" + owner.name();
    }

    private static boolean isAfter(RuleOwner owner, String id) {
        int slash = id.indexOf('/');
        RuleOwner last = RuleOwner.of(id.substring(0, Math.max(0, slash)), id.substring(slash + 1))
                .orElseThrow(() -> RefusedRequest.bad("after=" + id + " is no owner of rules, as next shows them"));
        return ORDER.compare(owner, last) > 0;
    }

    private static Map<String, Object> described(RuleOwner owner, List<Rule> rules) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("kind", owner.kind().word());
        body.put("name", owner.name());
        body.put("rules", RuleText.of(rules));
        return body;
    }

    private CompletableFuture<AdminAnswer> get(Call call) {
        return call.require(Right.SEE_RULES, null).thenApply(ignored -> {
            RuleOwner owner = owner(call);
            return AdminAnswer.ok(described(owner, stored.of(call.namespace(), owner)));
        });
    }

    private CompletableFuture<AdminAnswer> put(Call call) {
        return call.require(Right.CHANGE_RULES, null).thenCompose(ignored -> {
            RuleOwner owner = owner(call);
            List<Rule> rules = rules(call.body().path("rules"));
            if (rules.isEmpty()) {
                throw RefusedRequest.bad("rules is an empty list: delete them instead");
            }
            Namespace namespace = call.namespace();
            checkSize(namespace, owner, rules.size());
            RuleLog written = log();
            return writes.write(
                            namespace,
                            () -> written.put(namespace, owner, rules),
                            () -> written.put(namespace, owner, List.of()))
                    .thenApply(done -> AdminAnswer.ok(described(owner, rules)));
        });
    }

    private static List<Rule> rules(JsonNode node) {
        try {
            return RuleSyntax.readAll(node);
        } catch (RuleSyntax.InvalidRuleException e) {
            throw RefusedRequest.bad(String.valueOf(e.getMessage()));
        }
    }

    private void checkSize(Namespace namespace, RuleOwner owner, int size) {
        int others = stored.of(namespace).entrySet().stream()
                .filter(entry -> !entry.getKey().equals(owner))
                .mapToInt(entry -> entry.getValue().size())
                .sum();
        if (others + size > maxRules) {
            throw new RefusedRequest(
                    RefusedRequest.CONFLICT,
                    "the namespace " + namespace + " has " + others + " other rules, and may have mqttMaxRules="
                            + maxRules);
        }
    }

    private CompletableFuture<AdminAnswer> delete(Call call) {
        return call.require(Right.CHANGE_RULES, null).thenCompose(ignored -> {
            RuleOwner owner = owner(call);
            return log().put(call.namespace(), owner, List.of())
                    .thenApply(done -> AdminAnswer.ok(Map.of("deleted", id(owner))));
        });
    }

    private CompletableFuture<AdminAnswer> deleteAll(Call call) {
        return call.require(Right.CHANGE_RULES, null).thenCompose(ignored -> {
            Namespace namespace = call.namespace();
            CompletableFuture<?>[] all = stored.of(namespace).keySet().stream()
                    .map(owner -> log().put(namespace, owner, List.of()))
                    .toArray(CompletableFuture[]::new);
            return CompletableFuture.allOf(all).thenApply(done -> AdminAnswer.ok(Map.of("deleted", all.length)));
        });
    }

    /** What would be decided for a client, and by which rule. */
    private CompletableFuture<AdminAnswer> test(Call call) {
        return call.require(Right.SEE_RULES, null).thenCompose(ignored -> {
            JsonNode body = call.body();
            AccessRequest request = request(body);
            return control.ask(subject(call.namespace(), body), request)
                    .thenApply(outcome -> AdminAnswer.ok(described(request, outcome)));
        });
    }

    private static Map<String, Object> described(AccessRequest request, Outcome outcome) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("decision", outcome.decision().name().toLowerCase(Locale.ROOT));
        body.put("by", outcome.by().label());
        body.put("topic", request.topic());
        Rule rule = outcome.rule();
        if (rule != null) {
            body.put("rule", RuleText.of(rule));
        }
        return body;
    }

    private static Subject subject(Namespace namespace, JsonNode body) {
        InetAddress address = AddressRange.parse(body.path("ipaddr").asText("127.0.0.1"))
                .map(AddressRange::address)
                .orElseThrow(() -> RefusedRequest.bad("ipaddr is no address"));
        String own = body.has("acl") ? body.path("acl").toString() : null;
        return new Subject(
                new Publisher(
                        namespace,
                        text(body, "clientid").orElse(""),
                        text(body, "username").orElse(null)),
                true,
                text(body, "role").orElse(null),
                text(body, "cert_cn").orElse(null),
                address,
                body.path("superuser").asBoolean(),
                CredentialRules.read(own));
    }

    private static Optional<String> text(JsonNode body, String name) {
        return body.path(name).isTextual() ? Optional.of(body.path(name).asText()) : Optional.empty();
    }

    private static AccessRequest request(JsonNode body) {
        String topic = text(body, "topic").orElseThrow(() -> RefusedRequest.bad("there is no topic"));
        int level = body.path("qos").asInt(0);
        if (level < 0 || level >= Qos.values().length) {
            throw RefusedRequest.bad("qos is 0, 1 or 2");
        }
        Qos qos = Qos.values()[level];
        switch (body.path("action").asText("")) {
            case "publish" -> {
                check(TopicNames.problem(topic));
                return AccessRequest.publish(topic, qos, body.path("retain").asBoolean());
            }
            case "subscribe" -> {
                check(TopicFilter.problem(topic));
                return AccessRequest.subscribe(delivered(topic), qos);
            }
            default -> throw RefusedRequest.bad("action is 'publish' or 'subscribe'");
        }
    }

    private static void check(Optional<String> problem) {
        problem.ifPresent(wrong -> {
            throw RefusedRequest.bad(wrong);
        });
    }

    /** What a subscription that is written so would deliver, as far as the text says it. */
    private static String delivered(String written) {
        if (written.startsWith("$share/")) {
            return behind(written, 2).map(RuleRequests::delivered).orElse(written);
        }
        return written.startsWith("$s/") || written.startsWith("$stream/")
                ? behind(written, 2)
                        .orElseThrow(() -> RefusedRequest.bad(
                                "what counts for a stream is its filter: ask with $stream/NAME/FILTER"))
                : written;
    }

    private static Optional<String> behind(String written, int levels) {
        int slash = -1;
        for (int i = 0; i < levels; i++) {
            slash = written.indexOf('/', slash + 1);
            if (slash < 0 || slash == written.length() - 1) {
                return Optional.empty();
            }
        }
        return Optional.of(written.substring(slash + 1));
    }
}
