package io.magnetar.mqtt.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.mqtt.admission.Ban;
import io.magnetar.mqtt.admission.BanText;
import io.magnetar.mqtt.admission.NamespaceBans;
import io.magnetar.mqtt.deletion.NamespaceDeletions;
import io.magnetar.tenancy.Namespace;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Who is banned from a namespace.
 *
 * <p>Thread: any; never blocks.
 */
public final class BanRequests implements Routes {
    private static final String BANS = AdminApi.ROOT + "bans/{namespace}";
    private static final long MOST_SECONDS = TimeUnit.DAYS.toSeconds(3_650);

    private final NamespaceRegister register;
    private final ServedNamespaces served;
    private final NamespaceDeletions deletions;
    private final InstantSource clock;

    public BanRequests(
            NamespaceRegister register, ServedNamespaces served, NamespaceDeletions deletions, InstantSource clock) {
        this.register = register;
        this.served = served;
        this.deletions = deletions;
        this.clock = clock;
    }

    @Override
    public List<Route> routes() {
        return List.of(
                Route.of("GET", BANS, this::list),
                Route.of("PUT", BANS, this::ban),
                Route.of("DELETE", BANS, this::unban));
    }

    private CompletableFuture<AdminAnswer> list(Call call) {
        return call.require(Right.SEE_CLIENTS, null).thenCompose(ignored -> {
            served.check(call.namespace());
            return answer(call.namespace());
        });
    }

    private CompletableFuture<AdminAnswer> answer(Namespace namespace) {
        return register.properties(namespace).thenApply(properties -> {
            List<Map<String, Object>> described = new ArrayList<>();
            for (Ban ban : current(properties.getOrDefault(NamespaceBans.PROPERTY, "[]"))) {
                Map<String, Object> entry = new LinkedHashMap<>();
                entry.put(ban.kind().word(), ban.value());
                if (ban.untilMillis() != Ban.FOR_EVER) {
                    entry.put("until", Instant.ofEpochMilli(ban.untilMillis()).toString());
                }
                described.add(entry);
            }
            return AdminAnswer.ok(Map.of("bans", described));
        });
    }

    private List<Ban> current(String text) {
        long now = clock.millis();
        try {
            return BanText.read(text).stream().filter(ban -> !ban.hasEnded(now)).toList();
        } catch (IllegalArgumentException e) {
            throw new RefusedRequest(
                    RefusedRequest.CONFLICT,
                    NamespaceBans.PROPERTY + " is written by hand, and wrong: " + e.getMessage());
        }
    }

    private CompletableFuture<AdminAnswer> ban(Call call) {
        JsonNode body = call.body();
        return change(call, text -> {
            Ban wanted = wanted(
                    kind -> Optional.of(body.path(kind.word()))
                            .filter(JsonNode::isTextual)
                            .map(JsonNode::asText),
                    until(body.path("seconds")));
            List<Ban> bans = new ArrayList<>(current(text));
            bans.removeIf(wanted::isOfTheSame);
            bans.add(wanted);
            if (bans.size() > BanText.MOST) {
                throw new RefusedRequest(
                        RefusedRequest.CONFLICT, "a namespace has at most " + BanText.MOST + " bans: end one first");
            }
            return BanText.write(bans);
        });
    }

    private CompletableFuture<AdminAnswer> unban(Call call) {
        return change(call, text -> {
            Ban ended = wanted(kind -> call.request().parameter(kind.word()), Ban.FOR_EVER);
            List<Ban> bans = new ArrayList<>(current(text));
            if (!bans.removeIf(ended::isOfTheSame)) {
                throw RefusedRequest.missing("the " + ended.kind().word() + " '" + ended.value() + "' is not banned");
            }
            return BanText.write(bans);
        });
    }

    private static Ban wanted(Function<Ban.Kind, Optional<String>> given, long untilMillis) {
        List<Ban.Kind> kinds = Stream.of(Ban.Kind.values())
                .filter(kind -> given.apply(kind).isPresent())
                .toList();
        if (kinds.size() != 1) {
            throw RefusedRequest.bad("a ban is of a clientId, a username or an address: give one of them");
        }
        Ban.Kind kind = kinds.get(0);
        try {
            return new Ban(kind, given.apply(kind).orElse(""), untilMillis);
        } catch (IllegalArgumentException e) {
            throw RefusedRequest.bad(String.valueOf(e.getMessage()));
        }
    }

    private long until(JsonNode seconds) {
        if (seconds.isMissingNode()) {
            return Ban.FOR_EVER;
        }
        if (!seconds.canConvertToLong() || seconds.asLong() < 1 || seconds.asLong() > MOST_SECONDS) {
            throw RefusedRequest.bad("seconds=" + seconds.asText() + " is no number from 1 to " + MOST_SECONDS);
        }
        return clock.millis() + TimeUnit.SECONDS.toMillis(seconds.asLong());
    }

    private CompletableFuture<AdminAnswer> change(Call call, UnaryOperator<String> change) {
        Namespace namespace = call.namespace();
        return call.require(Right.RULE_CLIENTS, null).thenCompose(ignored -> {
            served.check(namespace);
            DeletionRequests.checkNone(deletions, namespace);
            return register.tenant(namespace)
                    .thenCompose(tenant -> {
                        if (tenant.isEmpty()) {
                            throw RefusedRequest.missing("there is no tenant " + namespace);
                        }
                        return register.changeProperty(namespace, NamespaceBans.PROPERTY, change);
                    })
                    .thenCompose(changed -> answer(namespace));
        });
    }
}
