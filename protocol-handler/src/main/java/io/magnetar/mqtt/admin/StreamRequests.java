package io.magnetar.mqtt.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.stream.StreamBackfill;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamSubscriptionSyntax;
import io.magnetar.stream.definition.StreamDefinitionParser;
import io.magnetar.stream.definition.StreamTopic;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Streams as an operator sees and makes them.
 *
 * <p>Thread: any; never blocks.
 */
public final class StreamRequests implements Routes {
    private static final String STREAMS = AdminApi.ROOT + "streams";
    private static final String OF_NAMESPACE = STREAMS + "/{namespace}";
    static final String STREAM = OF_NAMESPACE + "/{stream}";
    private static final int MAX_PARTITIONS = 1_024;

    private final StreamStates states;
    private final StreamTopics topics;
    private final Backfills backfills;
    private final StreamCap cap;

    public StreamRequests(StreamCatalog catalog, StreamTopics topics, StreamBackfill backfill, StreamCap cap) {
        this.states = new StreamStates(catalog);
        this.topics = topics;
        this.backfills = new Backfills(catalog, backfill);
        this.cap = cap;
    }

    @Override
    public List<Route> routes() {
        return List.of(
                Route.of("GET", STREAMS, this::listAll),
                Route.of("GET", OF_NAMESPACE, this::list),
                Route.of("GET", STREAM, this::get),
                Route.of("PUT", STREAM, this::create),
                Route.of("PATCH", STREAM, this::alter),
                Route.of("DELETE", STREAM, this::delete));
    }

    /** Of the namespaces that the caller may see. */
    private CompletableFuture<AdminAnswer> listAll(Call call) {
        CompletableFuture<List<Map<String, Object>>> all = CompletableFuture.completedFuture(new ArrayList<>());
        for (Namespace namespace : states.namespaces()) {
            all = all.thenCombine(call.caller().may(Right.LIST_STREAMS, namespace, null), (streams, may) -> {
                if (may) {
                    streams.addAll(states.of(namespace));
                }
                return streams;
            });
        }
        return all.thenApply(streams -> AdminAnswer.ok(Map.of("streams", streams)));
    }

    private CompletableFuture<AdminAnswer> list(Call call) {
        return call.require(Right.LIST_STREAMS, null)
                .thenApply(ignored -> AdminAnswer.ok(Map.of("streams", states.of(call.namespace()))));
    }

    private CompletableFuture<AdminAnswer> get(Call call) {
        return withTopic(
                call,
                Right.READ_DEFINITION,
                topic -> topics.retention(topic).thenApply(retention -> {
                    Map<String, Object> body = described(topic);
                    body.put("retention", retention);
                    return AdminAnswer.ok(body);
                }));
    }

    /** The definition as it is in Pulsar, and what is made of it here. */
    private Map<String, Object> described(StreamTopic topic) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("namespace", topic.namespace().name());
        body.put("name", topic.name());
        states.served(topic.namespace(), topic.name()).ifPresent(stream -> body.putAll(StreamDescription.of(stream)));
        body.put("partitions", topic.partitions());
        body.put("pulsarTopic", topic.pulsarTopic());
        body.put("properties", new TreeMap<>(topic.properties()));
        body.putAll(states.state(topic.namespace(), topic.name()));
        Map<String, Object> backfill = backfills.describe(topic.namespace(), topic.name());
        if (!backfill.isEmpty()) {
            body.put("backfill", backfill);
        }
        return body;
    }

    private CompletableFuture<AdminAnswer> withTopic(
            Call call, Right right, Function<StreamTopic, CompletableFuture<AdminAnswer>> handler) {
        Namespace namespace = call.namespace();
        String name = call.variable("stream");
        return call.require(right, name)
                .thenCompose(ignored -> topics.find(namespace, name))
                .thenCompose(found -> handler.apply(found.orElseThrow(
                        () -> RefusedRequest.missing("the namespace " + namespace + " has no stream '" + name + "'"))));
    }

    private CompletableFuture<AdminAnswer> create(Call call) {
        Namespace namespace = call.namespace();
        String name = call.variable("stream");
        JsonNode body = call.body();
        return call.require(Right.CREATE_STREAM, null).thenCompose(ignored -> {
            int partitions = partitions(body);
            Map<String, String> properties = Call.strings(body, "properties");
            List<String> problems = new ArrayList<>();
            brokersOwn(properties.keySet()).ifPresent(problems::add);
            StreamTopic topic = new StreamTopic(namespace, name, partitions, properties).pinned(partitions);
            if (!topics.serves(namespace)) {
                problems.add("the tenant " + namespace + " is no MQTT namespace here: mqttTenants does not match it,"
                        + " or the namespace is being deleted");
            }
            if (!StreamSubscriptionSyntax.isName(name)) {
                problems.add("'" + name + "' is no name of a stream: " + StreamSubscriptionSyntax.LEGAL_NAME);
            }
            StreamDefinition stream = parsed(topic, problems);
            return body.has("from")
                    ? createFrom(call, topic, stream, body.path("from").asText())
                    : create(topic)
                            .thenCompose(done -> served(topic, stream, AdminAnswer.CREATED))
                            .thenCompose(answer -> unlessOneTooMany(topic, answer));
        });
    }

    private CompletableFuture<Void> create(StreamTopic topic) {
        return topics.find(topic.namespace(), topic.name()).thenCompose(found -> {
            if (found.isPresent()) {
                return conflict("the stream " + topic.namespace() + "/" + topic.name()
                        + " exists: alter it, or delete it first");
            }
            return cap.take(topic) ? createInPlace(topic) : conflict(full(topic));
        });
    }

    private CompletableFuture<Void> createInPlace(StreamTopic topic) {
        return topics.create(topic).whenComplete((made, failure) -> {
            if (failure != null) {
                cap.giveBack(topic);
            } else {
                var unused = states.await(() -> states.isKnown(topic.namespace(), topic.name()))
                        .whenComplete((seen, never) -> cap.giveBack(topic));
            }
        });
    }

    /** Another broker, or another of Pulsar's tools, made one at once. */
    private CompletableFuture<AdminAnswer> unlessOneTooMany(StreamTopic topic, AdminAnswer answer) {
        return cap.isOneTooMany(topic)
                ? topics.delete(topic).thenCompose(deleted -> conflict(full(topic)))
                : CompletableFuture.completedFuture(answer);
    }

    private CompletableFuture<Void> unlessOneTooMany(StreamTopic topic, Throwable failure) {
        return cap.isOneTooMany(topic)
                ? topics.delete(topic).thenCompose(deleted -> conflict(full(topic)))
                : CompletableFuture.failedFuture(failure);
    }

    private static <T> CompletableFuture<T> conflict(String reason) {
        return CompletableFuture.failedFuture(new RefusedRequest(RefusedRequest.CONFLICT, reason));
    }

    private String full(StreamTopic topic) {
        return "the namespace " + topic.namespace() + " has the " + cap.maxStreams(topic.namespace())
                + " streams that it may have: delete one, or have its operator allow more";
    }

    /** The answer comes when the filling has begun. One that was not finished is made anew. */
    private CompletableFuture<AdminAnswer> createFrom(
            Call call, StreamTopic topic, StreamDefinition stream, String from) {
        StreamTopic toFill = backfills.topic(topic, from);
        Optional<StreamDefinition> before = backfills.filling(topic);
        return call.require(Right.READ_MESSAGES, from)
                .thenCompose(ignored -> backfills
                        .problem(stream, from)
                        .<CompletableFuture<Void>>map(
                                problem -> CompletableFuture.failedFuture(RefusedRequest.bad(problem)))
                        .orElseGet(() -> deleteUnfinished(call, topic)))
                .thenCompose(done -> create(toFill))
                .thenCompose(done -> backfills
                        .begin(toFill, from, before)
                        .exceptionallyCompose(failure -> unlessOneTooMany(toFill, failure)))
                .thenApply(begun -> new AdminAnswer(AdminAnswer.ACCEPTED, described(toFill)));
    }

    private CompletableFuture<Void> deleteUnfinished(Call call, StreamTopic topic) {
        return topics.find(topic.namespace(), topic.name())
                .thenCompose(found -> found.filter(Backfills::isUnfinished).isPresent()
                        ? call.require(Right.DELETE_STREAM, topic.name()).thenCompose(may -> topics.delete(topic))
                        : CompletableFuture.completedFuture(null));
    }

    /** What is wrong with setting or removing properties that are not an admin's. */
    private static Optional<String> brokersOwn(Set<String> names) {
        return StreamDefinitionParser.BROKERS.stream()
                .filter(names::contains)
                .findFirst()
                .map(name -> name + " is written by brokers and by nobody else");
    }

    private static int partitions(JsonNode body) {
        JsonNode partitions = body.path("partitions");
        if (partitions.isMissingNode()) {
            return 1;
        }
        if (!partitions.canConvertToInt() || partitions.asInt() < 1 || partitions.asInt() > MAX_PARTITIONS) {
            throw RefusedRequest.bad("partitions=" + partitions.asText() + " is no number from 1 to " + MAX_PARTITIONS);
        }
        return partitions.asInt();
    }

    /** What the topic defines. All that is wrong is told at once. */
    private static StreamDefinition parsed(StreamTopic topic, List<String> problems) {
        StreamDefinitionParser.Parsed parsed = StreamDefinitionParser.parse(topic);
        if (parsed instanceof StreamDefinitionParser.Refused refused) {
            problems.add(refused.reason());
        } else if (problems.isEmpty()) {
            return ((StreamDefinitionParser.Valid) parsed).stream();
        }
        throw RefusedRequest.bad(String.join("; ", problems));
    }

    private CompletableFuture<AdminAnswer> served(StreamTopic topic, StreamDefinition stream, int status) {
        return states.await(topic, stream)
                .thenApply(seen -> new AdminAnswer(seen ? status : AdminAnswer.ACCEPTED, described(topic)));
    }

    private CompletableFuture<AdminAnswer> alter(Call call) {
        JsonNode body = call.body();
        return withTopic(call, Right.ALTER_STREAM, topic -> {
            if (body.has("partitions")) {
                throw RefusedRequest.bad(
                        "the number of partitions is fixed for the life of a stream, for more would break"
                                + " the order of keys: make a new stream from this one");
            }
            if (topic.properties().containsKey(StreamDefinitionParser.BACKFILL)) {
                throw new RefusedRequest(
                        RefusedRequest.CONFLICT, "the stream is being filled: it can be altered when that is done");
            }
            Map<String, String> set = Call.strings(body, "properties");
            Set<String> remove = new HashSet<>();
            body.path("remove").forEach(property -> remove.add(property.asText()));
            if (set.isEmpty() && remove.isEmpty()) {
                throw RefusedRequest.bad("there is nothing to alter: give properties to set or to remove");
            }
            brokersOwn(set.keySet()).or(() -> brokersOwn(remove)).ifPresent(problem -> {
                throw RefusedRequest.bad(problem);
            });
            remove.removeAll(set.keySet());
            Map<String, String> properties = new HashMap<>(topic.properties());
            properties.putAll(set);
            properties.keySet().removeAll(remove);
            StreamTopic altered = topic.withProperties(properties);
            StreamDefinition stream = parsed(altered, new ArrayList<>());
            remove.retainAll(topic.properties().keySet());
            return topics.alter(altered, set, remove).thenCompose(done -> served(altered, stream, AdminAnswer.OK));
        });
    }

    private CompletableFuture<AdminAnswer> delete(Call call) {
        boolean force = call.request().isSet("force");
        return withTopic(
                call,
                Right.DELETE_STREAM,
                topic -> topics.subscriptions(topic)
                        .thenCompose(subscriptions -> {
                            if (!subscriptions.isEmpty() && !force) {
                                throw new RefusedRequest(
                                        RefusedRequest.CONFLICT,
                                        "the stream has Pulsar subscriptions, which would end with it: "
                                                + String.join(", ", subscriptions)
                                                + "; delete it with force all the same");
                            }
                            return topics.delete(topic);
                        })
                        .thenCompose(done -> states.awaitEnd(topic))
                        .thenApply(ended -> new AdminAnswer(
                                ended ? AdminAnswer.OK : AdminAnswer.ACCEPTED,
                                Map.of("deleted", topic.namespace().name() + "/" + topic.name()))));
    }
}
