package io.magnetar.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.util.List;
import java.util.Map;
import javax.ws.rs.ProcessingException;
import javax.ws.rs.client.Entity;
import javax.ws.rs.client.Invocation;
import javax.ws.rs.client.WebTarget;
import javax.ws.rs.core.MediaType;
import javax.ws.rs.core.Response;
import org.apache.pulsar.admin.cli.extensions.CommandExecutionContext;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.client.admin.internal.PulsarAdminImpl;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.impl.conf.ClientConfigurationData;
import org.jspecify.annotations.Nullable;

/** Asks the handler's admin API. Thread: the command's; waits for answers. */
final class AdminClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final AdminUrl url;
    private final PulsarHttp http;

    private AdminClient(AdminUrl url, PulsarHttp http) {
        this.url = url;
        this.http = http;
    }

    /** With the authentication and the TLS settings of pulsar-admin. */
    static AdminClient open(Arguments arguments, CommandExecutionContext context) throws PulsarAdminException {
        ClientConfigurationData settings = ((PulsarAdminImpl) context.getPulsarAdmin())
                .getClientConfigData()
                .clone();
        AdminUrl url = AdminUrl.find(
                arguments.text(Parameters.MQTT_URL), context.getConfiguration(), settings.getServiceUrl());
        settings.setServiceUrl(url.url());
        try {
            return new AdminClient(url, new PulsarHttp(settings));
        } catch (PulsarClientException e) {
            throw Failure.of("the client for " + url.url() + " cannot be made", String.valueOf(e.getMessage()));
        }
    }

    JsonNode get(List<String> path, Map<String, String> query) throws PulsarAdminException {
        return ask("GET", path, query, null);
    }

    /**
     * @param path behind the API's root, a segment each, not encoded
     * @param body JSON, or null for none
     * @return the answer's body, when the request was done
     */
    JsonNode ask(String method, List<String> path, Map<String, String> query, @Nullable JsonNode body)
            throws PulsarAdminException {
        WebTarget target = http.root().path("mqtt").path("v1");
        for (String segment : path) {
            target = target.path(encoded(segment));
        }
        for (Map.Entry<String, String> parameter : query.entrySet()) {
            target = target.queryParam(parameter.getKey(), encoded(parameter.getValue()));
        }
        Invocation.Builder request = http.resource().request(target);
        try (Response response = body == null
                ? request.method(method)
                : request.method(method, Entity.entity(body.toString().getBytes(UTF_8), MediaType.APPLICATION_JSON))) {
            return answer(response);
        } catch (ProcessingException e) {
            throw Failure.of(
                    "the handler's admin API does not answer at " + url.url() + " (" + url.from() + ")",
                    String.valueOf(rootCause(e).getMessage()));
        }
    }

    private JsonNode answer(Response response) throws PulsarAdminException {
        JsonNode body;
        try {
            body = JSON.readTree(response.readEntity(byte[].class));
        } catch (IOException e) {
            body = JSON.missingNode();
        }
        if (response.getStatus() < 300 && body.isObject()) {
            return body;
        }
        if (!body.path("error").isTextual()) {
            throw Failure.of(
                    url.url() + " is not the handler's admin API (" + url.from() + ")",
                    "it answers HTTP " + response.getStatus());
        }
        throw new PulsarAdminException(
                "HTTP " + response.getStatus() + " from " + url.url(),
                null,
                body.path("error").asText(),
                response.getStatus());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    private static Throwable rootCause(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    @Override
    public void close() {
        http.close();
    }
}
