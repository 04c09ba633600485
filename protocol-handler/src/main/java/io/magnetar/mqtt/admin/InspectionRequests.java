package io.magnetar.mqtt.admin;

import io.magnetar.mqtt.counters.StreamTrafficTable;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StartPositionSyntax;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamInspection;
import io.magnetar.stream.StreamInspection.Peeked;
import io.magnetar.stream.retention.RetentionPolicies;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What is in streams, and what goes on there.
 *
 * <p>Thread: any; never blocks.
 */
public final class InspectionRequests implements Routes {
    private static final int PRESET_MESSAGES = 10;
    private static final int MAX_MESSAGES = 1_000;

    private final ServedStreams streams;
    private final StreamStats stats;
    private final StreamInspection inspection;
    private final InstantSource clock;

    /** @param traffic what this broker has counted */
    public InspectionRequests(
            StreamCatalog catalog,
            StreamTopics topics,
            StreamInspection inspection,
            RetentionPolicies policies,
            StreamTrafficTable traffic,
            InstantSource clock) {
        this.streams = new ServedStreams(catalog);
        this.stats = new StreamStats(topics, inspection, policies, traffic);
        this.inspection = inspection;
        this.clock = clock;
    }

    @Override
    public List<Route> routes() {
        return List.of(
                Route.of("GET", StreamRequests.STREAM + "/stats", this::stats),
                Route.of("GET", StreamRequests.STREAM + "/messages", this::messages));
    }

    private CompletableFuture<AdminAnswer> stats(Call call) {
        String name = call.variable("stream");
        return call.require(Right.READ_STATS, name).thenCompose(ignored -> {
            StreamDefinition stream = streams.named(call.namespace(), name);
            return stats.of(stream).thenApply(AdminAnswer::ok).exceptionallyCompose(StreamFailures::refused);
        });
    }

    private CompletableFuture<AdminAnswer> messages(Call call) {
        String name = call.variable("stream");
        return call.require(Right.READ_MESSAGES, name).thenCompose(ignored -> {
            StreamDefinition stream = streams.named(call.namespace(), name);
            int count = count(call);
            StartPosition start =
                    call.request().parameter("from").map(this::start).orElseGet(() -> new StartPosition.Last(count));
            return inspection
                    .peek(stream, start, count)
                    .thenApply(peeked -> answer(peeked))
                    .exceptionallyCompose(StreamFailures::refused);
        });
    }

    private static AdminAnswer answer(Peeked peeked) {
        return AdminAnswer.ok(MessageDescription.of(peeked));
    }

    private StartPosition start(String from) {
        return StartPositionSyntax.parse(from, TimeUnit.MILLISECONDS.toMicros(clock.millis()))
                .orElseThrow(() ->
                        RefusedRequest.bad("from=" + from + " is no offset: there are " + StartPositionSyntax.LEGAL));
    }

    private static int count(Call call) {
        String count = call.request().parameter("count").orElse(Integer.toString(PRESET_MESSAGES));
        if (!count.matches("\\d{1,9}") || Integer.parseInt(count) < 1 || Integer.parseInt(count) > MAX_MESSAGES) {
            throw RefusedRequest.bad("count=" + count + " is no number from 1 to " + MAX_MESSAGES);
        }
        return Integer.parseInt(count);
    }
}
