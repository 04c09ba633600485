package io.magnetar.mqtt.status;

import io.magnetar.mqtt.trace.PacketTraces;
import io.magnetar.mqtt.trace.TraceRequest;
import io.magnetar.tenancy.Namespace;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code /traces}: an operator begins, lists and ends traces of clients.
 *
 * <p>Thread: the status page's.
 */
final class TraceRequests {
    static final String PATH = "/traces";
    private static final String DEFAULT_SECONDS = "300";
    private static final String DEFAULT_PAYLOAD_BYTES = "64";
    private static final int MAX_PAYLOAD_BYTES = 4_096;

    private final PacketTraces traces;
    private final Namespace defaultNamespace;

    TraceRequests(PacketTraces traces, Namespace defaultNamespace) {
        this.traces = traces;
        this.defaultNamespace = defaultNamespace;
    }

    record Answer(HttpResponseStatus status, String text) {}

    /** @param local the request comes from this machine, and from no page in a browser */
    Answer answer(HttpMethod method, QueryStringDecoder query, boolean local) {
        if (!traces.areAvailable()) {
            return new Answer(HttpResponseStatus.NOT_FOUND, "There are no traces: mqttTraceDirectory is not set.\n");
        }
        if (!local) {
            return new Answer(HttpResponseStatus.FORBIDDEN, "/traces is for programs on this machine.\n");
        }
        try {
            if (method.equals(HttpMethod.GET)) {
                return new Answer(HttpResponseStatus.OK, list());
            } else if (method.equals(HttpMethod.POST)) {
                return new Answer(HttpResponseStatus.OK, traces.start(request(query.parameters())) + "\n");
            } else if (method.equals(HttpMethod.DELETE)) {
                TraceRequest ended = request(query.parameters());
                boolean ran = traces.stop(ended.namespace(), ended.clientId());
                return ran
                        ? new Answer(HttpResponseStatus.OK, "ended\n")
                        : new Answer(HttpResponseStatus.NOT_FOUND, "This client is not traced.\n");
            }
            return new Answer(HttpResponseStatus.METHOD_NOT_ALLOWED, "/traces is for GET, POST and DELETE.\n");
        } catch (PacketTraces.RefusedException | IllegalArgumentException e) {
            return new Answer(HttpResponseStatus.BAD_REQUEST, e.getMessage() + "\n");
        }
    }

    private String list() {
        StringBuilder text = new StringBuilder();
        traces.running().forEach((request, file) -> text.append(file).append('\n'));
        return text.toString();
    }

    private TraceRequest request(Map<String, List<String>> parameters) {
        String clientId = value(parameters, "client-id", "");
        if (clientId.isEmpty()) {
            throw new IllegalArgumentException("client-id is missing");
        }
        return new TraceRequest(
                new Namespace(value(parameters, "namespace", defaultNamespace.name())),
                clientId,
                number(parameters, "seconds", DEFAULT_SECONDS, PacketTraces.MAX_SECONDS),
                payload(value(parameters, "payload", "none")),
                number(parameters, "payload-bytes", DEFAULT_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES));
    }

    private static TraceRequest.Payload payload(String name) {
        return switch (name) {
            case "none" -> TraceRequest.Payload.NONE;
            case "hex" -> TraceRequest.Payload.HEX;
            case "text" -> TraceRequest.Payload.TEXT;
            default -> throw new IllegalArgumentException("payload is none, hex or text");
        };
    }

    private static String value(Map<String, List<String>> parameters, String name, String otherwise) {
        return parameters.getOrDefault(name, List.of(otherwise)).get(0);
    }

    private static int number(Map<String, List<String>> parameters, String name, String otherwise, int most) {
        try {
            int number = Integer.parseInt(value(parameters, name, otherwise));
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number out of range.
        }
        throw new IllegalArgumentException(String.format(Locale.ROOT, "%s is a number from 1 to %d", name, most));
    }
}
