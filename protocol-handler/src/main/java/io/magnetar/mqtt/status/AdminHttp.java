package io.magnetar.mqtt.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.mqtt.admin.AdminAnswer;
import io.magnetar.mqtt.admin.AdminRequest;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The admin API's requests and answers as HTTP has them. Stateless. */
final class AdminHttp {
    private static final ObjectMapper JSON = new ObjectMapper();

    private AdminHttp() {}

    static AdminRequest request(FullHttpRequest http, SocketAddress from, boolean local) {
        QueryStringDecoder query = new QueryStringDecoder(http.uri());
        List<String> path = new ArrayList<>();
        for (String segment : query.rawPath().substring(1).split("/", -1)) {
            path.add(QueryStringDecoder.decodeComponent(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
        }
        Map<String, String> headers = new HashMap<>();
        http.headers().forEach(header -> headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        return new AdminRequest(
                http.method().name(),
                path,
                query.parameters(),
                headers,
                ByteBufUtil.getBytes(http.content()),
                from,
                local);
    }

    static FullHttpResponse response(AdminAnswer answer) {
        HttpResponseStatus status = HttpResponseStatus.valueOf(answer.status());
        try {
            FullHttpResponse response = StatusHandler.response(
                    status,
                    HttpHeaderValues.APPLICATION_JSON.toString(),
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(answer.body()));
            if (status.equals(HttpResponseStatus.UNAUTHORIZED)) {
                response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
            }
            return response;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of strings, numbers and maps are JSON", e);
        }
    }
}
