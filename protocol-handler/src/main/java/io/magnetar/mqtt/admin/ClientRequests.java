package io.magnetar.mqtt.admin;

import io.magnetar.mqtt.session.RecordedSessions;
import io.magnetar.mqtt.session.RecordedSessions.Recorded;
import io.magnetar.mqtt.session.SessionFigures;
import io.magnetar.mqtt.session.SessionKey;
import io.magnetar.mqtt.takeover.ConnectedClient;
import io.magnetar.mqtt.takeover.LiveSessions;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a namespace: those that are connected to this broker, and those whose sessions wait for them here.
 *
 * <p>Thread: any; never blocks, and looks at {@value #EXAMINED} clients for one answer at most.
 */
public final class ClientRequests implements Routes {
    private static final String CLIENTS = AdminApi.ROOT + "clients/{namespace}";
    private static final String CLIENT = CLIENTS + "/{client}";
    private static final int EXAMINED = 10_000;

    private final ServedNamespaces served;
    private final LiveSessions liveSessions;
    private final RecordedSessions recorded;

    public ClientRequests(ServedNamespaces served, RecordedSessions recorded) {
        this.served = served;
        this.liveSessions = served.liveSessions();
        this.recorded = recorded;
    }

    @Override
    public List<Route> routes() {
        return List.of(
                Route.of("GET", CLIENTS, this::list),
                Route.of("GET", CLIENT, this::get),
                Route.of("POST", CLIENT + "/kick", this::kick));
    }

    /**
     * A client, as far as something is known of it.
     *
     * @param live null when it is not connected
     */
    private record Known(String clientId, LiveSessions.@Nullable Claimant live, ClientFilter.Candidate candidate) {}

    private Optional<Known> known(Namespace namespace, String clientId) {
        LiveSessions.Claimant live = liveSessions.of(namespace).get(clientId);
        ConnectedClient connected = live == null ? null : live.client();
        Recorded session = recorded.get(new SessionKey(namespace, clientId)).orElse(null);
        return connected == null && session == null
                ? Optional.empty()
                : Optional.of(new Known(clientId, live, new ClientFilter.Candidate(connected, session)));
    }

    private CompletableFuture<AdminAnswer> list(Call call) {
        Namespace namespace = call.namespace();
        Page page = Page.of(call);
        ClientFilter filter = ClientFilter.of(call.request());
        return call.require(Right.SEE_CLIENTS, null)
                .thenApplyAsync(ignored -> {
                    served.check(namespace);
                    return found(namespace, page, filter);
                })
                .thenCompose(found -> {
                    Map<String, Object> body = new LinkedHashMap<>();
                    body.put("broker", served.broker());
                    if (found.next() != null) {
                        body.put("next", found.next());
                    }
                    return described(found.clients(), false).thenApply(clients -> {
                        body.put("clients", clients);
                        return AdminAnswer.ok(body);
                    });
                });
    }

    /** @param next the client identifier to go on behind; null when there are no more */
    private record Found(List<Known> clients, @Nullable String next) {}

    private Found found(Namespace namespace, Page page, ClientFilter filter) {
        String from = filter.prefix().compareTo(page.after()) > 0 ? filter.prefix() : page.after();
        boolean inclusive = !from.equals(page.after());
        Iterator<String> all = new MergedNames(
                liveSessions
                        .of(namespace)
                        .navigableKeySet()
                        .tailSet(from, inclusive)
                        .iterator(),
                recorded.of(namespace).tailSet(from, inclusive).iterator());
        List<Known> clients = new ArrayList<>();
        String last = from;
        for (int examined = 0; all.hasNext(); examined++) {
            if (clients.size() == page.limit() || examined == EXAMINED) {
                return new Found(clients, last);
            }
            last = all.next();
            if (!last.startsWith(filter.prefix())) {
                break;
            }
            known(namespace, last)
                    .filter(known -> filter.accepts(known.candidate()))
                    .ifPresent(clients::add);
        }
        return new Found(clients, null);
    }

    private static CompletableFuture<List<Map<String, Object>>> described(List<Known> clients, boolean whole) {
        CompletableFuture<List<Map<String, Object>>> all = CompletableFuture.completedFuture(new ArrayList<>());
        for (Known known : clients) {
            CompletableFuture<Optional<SessionFigures>> figures = known.live() == null
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : known.live().figures();
            all = all.thenCombine(figures, (described, now) -> {
                described.add(ClientDescription.of(known.clientId(), known.candidate(), now, whole));
                return described;
            });
        }
        return all;
    }

    private CompletableFuture<AdminAnswer> get(Call call) {
        return call.require(Right.SEE_CLIENTS, null).thenCompose(ignored -> {
            served.check(call.namespace());
            Known known = known(call.namespace(), call.variable("client")).orElseThrow(() -> missing(call));
            return described(List.of(known), true).thenApply(described -> {
                Map<String, Object> body = described.get(0);
                body.put("broker", served.broker());
                return AdminAnswer.ok(body);
            });
        });
    }

    private RefusedRequest missing(Call call) {
        return RefusedRequest.missing("the client '" + call.variable("client") + "' of namespace " + call.namespace()
                + " is not connected to the broker " + served.broker() + " and has no session there");
    }

    private CompletableFuture<AdminAnswer> kick(Call call) {
        boolean endsSession = call.request().isSet("endSession");
        return call.require(Right.RULE_CLIENTS, null).thenCompose(ignored -> {
            served.check(call.namespace());
            SessionKey key = new SessionKey(call.namespace(), call.variable("client"));
            LiveSessions.Claimant live = liveSessions.get(key);
            if (live != null) {
                live.kick(endsSession);
                return live.ended().thenApply(ended -> {
                    if (endsSession) { // One that was still connecting has not ended the session before it.
                        recorded.end(key);
                    }
                    return kicked(true, endsSession);
                });
            }
            if (endsSession && recorded.end(key)) {
                return CompletableFuture.completedFuture(kicked(false, true));
            }
            throw missing(call);
        });
    }

    private AdminAnswer kicked(boolean wasConnected, boolean sessionEnded) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("broker", served.broker());
        body.put("wasConnected", wasConnected);
        body.put("sessionEnded", sessionEnded);
        return AdminAnswer.ok(body);
    }
}
