package io.magnetar.mqtt.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.mqtt.auth.ClaimTemplate;
import io.magnetar.mqtt.auth.http.HttpSettings;
import io.magnetar.mqtt.auth.http.JsonTemplate;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an HTTP server is asked about a client.
 *
 * <p>Thread: the caller's; used once.
 */
final class HttpReader {
    static final String URL_NEEDED = "a URL of https or http with a host is needed, without a user and without a #";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final SettingValues values;

    HttpReader(SettingValues values) {
        this.values = values;
    }

    /** Null when it is no URL of an HTTP server. */
    static @Nullable URI url(String written) {
        try {
            URI url = new URI(written);
            boolean asked = Set.of("http", "https").contains(String.valueOf(url.getScheme()))
                    && url.getHost() != null
                    && url.getUserInfo() == null
                    && url.getFragment() == null;
            return asked ? url : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    SourceSettings.@Nullable Http read() {
        String written = values.text(AuthenticationKey.HTTP_URL);
        int mark = written.indexOf('?');
        String address = mark < 0 ? written : written.substring(0, mark);
        URI url = url(address);
        if (url == null) {
            values.problem(
                    AuthenticationKey.HTTP_URL, URL_NEEDED + "; placeholders are in the values of its query only");
            return null;
        }
        JsonTemplate body = body();
        return new SourceSettings.Http(
                new HttpSettings(
                        address, mark < 0 ? List.of() : query(written.substring(mark + 1)), headers(url), body),
                (int) values.number(AuthenticationKey.HTTP_MAX_UNDER_WAY),
                values.trustFile(AuthenticationKey.HTTP_TRUST_FILE));
    }

    private List<HttpSettings.Parameter> query(String written) {
        List<HttpSettings.Parameter> parameters = new ArrayList<>();
        for (String one : written.split("&", -1)) {
            int equals = one.indexOf('=');
            String name = equals < 0 ? one : one.substring(0, equals);
            String value = equals < 0 ? "" : one.substring(equals + 1);
            try {
                ClaimTemplate template = ClaimTemplate.parse(value);
                if (name.isEmpty()
                        || name.contains("${")
                        || url("http://host/?" + name + "=" + value.replaceAll("\\$\\{[^}]*}", "x")) == null) {
                    throw new IllegalArgumentException("'" + one + "' is no <name>=<value> of a query");
                }
                parameters.add(new HttpSettings.Parameter(name, template));
            } catch (IllegalArgumentException e) {
                values.problem(AuthenticationKey.HTTP_URL, String.valueOf(e.getMessage()));
            }
        }
        return parameters;
    }

    private Map<String, ClaimTemplate> headers(URI url) {
        Map<String, ClaimTemplate> headers = new LinkedHashMap<>();
        JsonNode written = object();
        written.fields().forEachRemaining(field -> {
            try {
                if (!field.getValue().isTextual()) {
                    throw new IllegalArgumentException("its value is no text");
                }
                HttpRequest.newBuilder(url).setHeader(field.getKey(), "x");
                headers.put(field.getKey(), ClaimTemplate.parse(field.getValue().textValue()));
            } catch (IllegalArgumentException e) {
                values.problem(
                        AuthenticationKey.HTTP_HEADERS, "the header '" + field.getKey() + "': " + e.getMessage());
            }
        });
        return headers;
    }

    private JsonNode object() {
        try {
            JsonNode written = JSON.readTree(values.secret(AuthenticationKey.HTTP_HEADERS));
            if (written.isObject()) {
                return written;
            }
        } catch (JsonProcessingException e) {
            // Told below: what the parser says may quote a secret.
        }
        values.problem(AuthenticationKey.HTTP_HEADERS, "a JSON object is needed, as in {\"X-Name\": \"value\"}");
        return JSON.createObjectNode();
    }

    private @Nullable JsonTemplate body() {
        if (values.choice(AuthenticationKey.HTTP_METHOD, "POST", "GET").equals("GET")) {
            if (values.isSet(AuthenticationKey.HTTP_BODY)) {
                values.problem(
                        AuthenticationKey.HTTP_BODY, "GET has no body: POST is needed, or placeholders in the URL");
            }
            return null;
        }
        try {
            return JsonTemplate.parse(values.text(AuthenticationKey.HTTP_BODY));
        } catch (IllegalArgumentException e) {
            values.problem(AuthenticationKey.HTTP_BODY, String.valueOf(e.getMessage()));
            return null;
        }
    }
}
