package io.magnetar.mqtt.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.mqtt.session.SessionCursors;
import io.magnetar.mqtt.session.SessionCursors.Moved;
import io.magnetar.mqtt.session.SessionKey;
import io.magnetar.mqtt.session.StreamCursor;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StartPositionSyntax;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamInspection;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Where durable sessions are in streams.
 *
 * <p>Thread: any; never blocks.
 */
public final class CursorRequests implements Routes {
    private static final String OF_NAMESPACE = AdminApi.ROOT + "cursors/{namespace}";
    private static final String OF_CLIENT = OF_NAMESPACE + "/{client}";
    private static final int MAX_LISTED = 1_000;

    private final ServedStreams streams;
    private final SessionCursors cursors;
    private final StreamInspection inspection;
    private final InstantSource clock;

    public CursorRequests(
            StreamCatalog catalog, SessionCursors cursors, StreamInspection inspection, InstantSource clock) {
        this.streams = new ServedStreams(catalog);
        this.cursors = cursors;
        this.inspection = inspection;
        this.clock = clock;
    }

    @Override
    public List<Route> routes() {
        return List.of(
                Route.of("GET", OF_NAMESPACE, this::list),
                Route.of("GET", OF_CLIENT, this::get),
                Route.of("PUT", OF_CLIENT, this::reset));
    }

    /** A place in a stream that there is. */
    private record Place(StreamCursor cursor, StreamDefinition stream) {}

    private List<Place> places(Call call, List<StreamCursor> found) {
        Optional<String> name = call.request().parameter("stream");
        List<Place> places = new ArrayList<>();
        for (StreamCursor cursor : found) {
            streams.read(call.namespace(), cursor.filter())
                    .filter(stream -> name.isEmpty() || name.get().equals(stream.name()))
                    .ifPresent(stream -> places.add(new Place(cursor, stream)));
        }
        return places;
    }

    /** Those in streams where the caller may see them. */
    private static CompletableFuture<List<Place>> permitted(Call call, List<Place> places) {
        Map<String, CompletableFuture<Boolean>> rights = new LinkedHashMap<>();
        for (Place place : places) {
            var unused = rights.computeIfAbsent(
                    place.stream().name(), stream -> call.caller().may(Right.READ_PLACES, call.namespace(), stream));
        }
        return CompletableFuture.allOf(rights.values().toArray(CompletableFuture[]::new))
                .thenApply(done -> places.stream()
                        .filter(place -> rights.getOrDefault(
                                        place.stream().name(), CompletableFuture.completedFuture(false))
                                .getNow(false))
                        .toList());
    }

    private CompletableFuture<AdminAnswer> list(Call call) {
        return CompletableFuture.supplyAsync(() -> places(call, cursors.of(call.namespace())))
                .thenCompose(places -> permitted(call, places))
                .thenApply(places -> {
                    Map<String, Object> body = new LinkedHashMap<>();
                    body.put(
                            "cursors",
                            places.stream()
                                    .limit(MAX_LISTED)
                                    .map(place -> CursorDescription.of(place.cursor(), place.stream()))
                                    .toList());
                    body.put("cut", places.size() > MAX_LISTED);
                    return AdminAnswer.ok(body);
                });
    }

    private SessionKey session(Call call) {
        return new SessionKey(call.namespace(), call.variable("client"));
    }

    private CompletableFuture<AdminAnswer> get(Call call) {
        return permitted(call, places(call, cursors.of(session(call))))
                .thenCompose(places -> {
                    if (places.isEmpty()) {
                        throw missing(call);
                    }
                    CompletableFuture<List<Map<String, Object>>> all =
                            CompletableFuture.completedFuture(new ArrayList<>());
                    for (Place place : places) {
                        all = all.thenCompose(described -> described(place).thenApply(next -> {
                            described.add(next);
                            return described;
                        }));
                    }
                    return all.thenApply(described -> AdminAnswer.ok(Map.of("cursors", described)));
                })
                .exceptionallyCompose(StreamFailures::refused);
    }

    private CompletableFuture<Map<String, Object>> described(Place place) {
        return inspection
                .behind(place.stream(), CursorDescription.examined(place.cursor()))
                .thenApply(behind -> CursorDescription.of(place.cursor(), place.stream(), behind));
    }

    private static RefusedRequest missing(Call call) {
        return RefusedRequest.missing("the client '" + call.variable("client") + "' of namespace " + call.namespace()
                + " has no durable session with a place in such a stream, or you may not see it");
    }

    private CompletableFuture<AdminAnswer> reset(Call call) {
        JsonNode body = call.body();
        String name = text(body, "stream");
        String to = text(body, "to");
        return call.require(Right.MOVE_PLACE, name).thenCompose(ignored -> {
            StreamDefinition stream = streams.named(call.namespace(), name);
            StartPosition start = start(to);
            String filter = filter(call, body, stream);
            return inspection
                    .fixed(stream, start)
                    .thenCompose(place -> cursors.move(session(call), filter, place))
                    .thenApply(moved -> answer(call, moved, filter, to))
                    .exceptionallyCompose(StreamFailures::refused);
        });
    }

    private static String text(JsonNode body, String name) {
        if (!body.path(name).isTextual()) {
            throw RefusedRequest.bad(
                    "the body names the stream and the offset: {\"stream\": \"readings\", \"to\": \"earliest\"}");
        }
        return body.path(name).asText();
    }

    private StartPosition start(String to) {
        return StartPositionSyntax.parse(to, TimeUnit.MILLISECONDS.toMicros(clock.millis()))
                .filter(start -> !to.equals(StartPositionSyntax.NEXT))
                .orElseThrow(() -> RefusedRequest.bad(
                        "to=" + to + " is no offset to go to: there are " + StartPositionSyntax.LEGAL));
    }

    /** The one subscription of the session that reads the stream, or the one that the body names. */
    private String filter(Call call, JsonNode body, StreamDefinition stream) {
        String named = body.path("subscription").asText("");
        List<String> filters = cursors.of(session(call)).stream()
                .map(StreamCursor::filter)
                .filter(filter -> streams.read(call.namespace(), filter)
                        .filter(read -> read.name().equals(stream.name()))
                        .isPresent())
                .filter(filter -> named.isEmpty() || named.equals(filter))
                .toList();
        if (filters.isEmpty()) {
            throw missing(call);
        }
        if (filters.size() > 1) {
            throw new RefusedRequest(
                    RefusedRequest.CONFLICT,
                    "the session reads the stream by several subscriptions, name one of them: "
                            + filters.stream().collect(Collectors.joining(", ")));
        }
        return filters.get(0);
    }

    private static AdminAnswer answer(Call call, Moved moved, String filter, String to) {
        String client = call.variable("client");
        return switch (moved) {
            case DONE -> AdminAnswer.ok(Map.of("client", client, "subscription", filter, "to", to));
            case MISSING -> throw missing(call);
            case CONNECTED ->
                throw new RefusedRequest(
                        RefusedRequest.CONFLICT,
                        "the client '" + client
                                + "' is connected: only it moves its place, by subscribing with another offset;"
                                + " or disconnect it first");
            case BUSY ->
                throw new RefusedRequest(
                        RefusedRequest.UNAVAILABLE, "something else is under way with the session: try again");
        };
    }
}
