package io.magnetar.mqtt.admin;

import io.magnetar.mqtt.flow.Failures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin API: a table of routes, each asked by a caller that is known. At most {@value #MAX_UNDER_WAY} requests are under way at
 * a time, each for at most {@value #SECONDS} seconds.
 *
 * <p>Thread: any; never blocks.
 */
public final class AdminApi {
    private static final Logger LOG = LoggerFactory.getLogger(AdminApi.class);

    /** What all its paths begin with. */
    public static final String ROOT = "/mqtt/v1/";

    private static final int MAX_UNDER_WAY = 64;
    private static final int SECONDS = 25;

    private final Access access;
    private final List<Route> routes = new ArrayList<>();
    private final AtomicInteger underWay = new AtomicInteger();

    /** What can be asked, in the order in which a caller who asks something else is told of it. */
    public AdminApi(Access access, List<? extends Routes> parts) {
        this.access = access;
        parts.forEach(part -> routes.addAll(part.routes()));
    }

    /** Answers a request; never fails. */
    public CompletableFuture<AdminAnswer> answer(AdminRequest request) {
        if (underWay.incrementAndGet() > MAX_UNDER_WAY) {
            underWay.decrementAndGet();
            return CompletableFuture.completedFuture(AdminAnswer.error(
                    RefusedRequest.UNAVAILABLE, MAX_UNDER_WAY + " requests are under way: try again"));
        }
        return access.caller(request)
                .thenCompose(caller -> routed(request, caller))
                .orTimeout(SECONDS, TimeUnit.SECONDS)
                .exceptionally(AdminApi::failed)
                .whenComplete((answer, failure) -> underWay.decrementAndGet());
    }

    private CompletableFuture<AdminAnswer> routed(AdminRequest request, Access.Caller caller) {
        List<Route> ofThePath = routes.stream()
                .filter(route -> route.match(request.path()).isPresent())
                .toList();
        if (ofThePath.isEmpty()) {
            throw RefusedRequest.missing("there is no such path; there are "
                    + routes.stream().map(Route::toString).collect(Collectors.joining(", ")));
        }
        Optional<Route> found = ofThePath.stream()
                .filter(route -> route.method().equals(request.method()))
                .findFirst();
        if (found.isEmpty()) {
            throw new RefusedRequest(
                    RefusedRequest.METHOD_NOT_ALLOWED,
                    "this path is for " + ofThePath.stream().map(Route::method).collect(Collectors.joining(", ")));
        }
        Map<String, String> variables = found.get().match(request.path()).orElseThrow();
        return found.get().handler().handle(new Call(request, caller, variables));
    }

    private static AdminAnswer failed(Throwable thrown) {
        Throwable cause = Failures.cause(thrown);
        if (cause instanceof RefusedRequest refused) {
            return AdminAnswer.error(refused.status(), String.valueOf(refused.getMessage()));
        }
        if (cause instanceof TimeoutException) {
            return AdminAnswer.error(
                    RefusedRequest.TIMEOUT,
                    "it took longer than " + SECONDS + " seconds, and may still be done: look before you try again");
        }
        LOG.error("An admin request failed", cause);
        return AdminAnswer.error(500, "the broker made a mistake, its log has more: " + cause);
    }
}
