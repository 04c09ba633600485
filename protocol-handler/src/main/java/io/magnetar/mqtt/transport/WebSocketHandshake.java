package io.magnetar.mqtt.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP request that opens a WebSocket, RFC 6455 section 4, with a subprotocol of MQTT, MQTT 5.0 section 6. Any other request
 * gets the HTTP status that says why, and its connection ends.
 *
 * <p>Thread: the channel's event loop.
 */
final class WebSocketHandshake extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final int MAX_BODY_BYTES = 1_024;
    private static final int KEY_BYTES = 16;
    private static final String ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    /** MQTT 5.0's and 3.1.1's name, and that of MQTT 3.1 [MQTT-6.0.0-3]. */
    private static final List<String> SUBPROTOCOLS = List.of("mqtt", "mqttv3.1");

    private final String path;
    private final int maxFrameBytes;
    private boolean answered;

    private WebSocketHandshake(String path, int maxFrameBytes) {
        this.path = path;
        this.maxFrameBytes = maxFrameBytes;
    }

    /** @param maxFrameBytes the largest frame that is taken */
    static void addTo(ChannelPipeline pipeline, String path, int maxFrameBytes) {
        pipeline.addLast(new HttpRequestDecoder())
                .addLast(new HttpResponseEncoder())
                .addLast(new HttpObjectAggregator(MAX_BODY_BYTES))
                .addLast(new WebSocketHandshake(path, maxFrameBytes));
    }

    /** An answer other than the upgrade. */
    private record Refusal(HttpResponseStatus status, String reason) {}

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (answered) {
            return;
        }
        answered = true;
        Optional<Refusal> refusal = refusal(request);
        if (refusal.isPresent()) {
            refuse(ctx, refusal.get());
        } else {
            accept(ctx, request.headers());
        }
    }

    private Optional<Refusal> refusal(FullHttpRequest request) {
        DecoderResult decoded = request.decoderResult();
        if (decoded.isFailure()) {
            return Optional.of(new Refusal(unreadable(decoded.cause()), "the request cannot be read"));
        }
        HttpHeaders headers = request.headers();
        String uri = request.uri();
        int query = uri.indexOf('?');
        if (!path.equals(query < 0 ? uri : uri.substring(0, query))) {
            return Optional.of(new Refusal(HttpResponseStatus.NOT_FOUND, "MQTT over WebSocket is at " + path));
        }
        if (!request.method().equals(HttpMethod.GET)
                || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            return Optional.of(new Refusal(HttpResponseStatus.METHOD_NOT_ALLOWED, "a WebSocket is opened by GET"));
        }
        if (!headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                || !headers.contains(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13", true)) {
            return Optional.of(new Refusal(HttpResponseStatus.UPGRADE_REQUIRED, "this is for WebSocket, version 13"));
        }
        if (!isKey(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY))) {
            return Optional.of(new Refusal(HttpResponseStatus.BAD_REQUEST, "Sec-WebSocket-Key has 16 bytes"));
        }
        return subprotocol(headers).isPresent()
                ? Optional.empty()
                : Optional.of(new Refusal(HttpResponseStatus.BAD_REQUEST, "the subprotocol is mqtt")); // [MQTT-6.0.0-3]
    }

    private static HttpResponseStatus unreadable(Throwable cause) {
        if (cause instanceof TooLongHttpHeaderException) {
            return HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
        }
        return cause instanceof TooLongHttpLineException
                ? HttpResponseStatus.REQUEST_URI_TOO_LONG
                : HttpResponseStatus.BAD_REQUEST;
    }

    private static boolean isKey(@Nullable String key) {
        try {
            return key != null && Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The one of ours that the client names first. */
    private static Optional<String> subprotocol(HttpHeaders headers) {
        return headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
                .flatMap(offered -> Arrays.stream(offered.split(",", -1)))
                .map(String::trim)
                .filter(SUBPROTOCOLS::contains)
                .findFirst();
    }

    private void accept(ChannelHandlerContext ctx, HttpHeaders request) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accepting(request.get(HttpHeaderNames.SEC_WEBSOCKET_KEY)))
                .set(
                        HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL,
                        subprotocol(request).orElseThrow()); // [MQTT-6.0.0-4]
        var unused = ctx.writeAndFlush(response);
        ChannelPipeline pipeline = ctx.pipeline();
        pipeline.remove(HttpResponseEncoder.class);
        pipeline.remove(HttpObjectAggregator.class);
        pipeline.replace(this, null, new WebSocketFrames());
        // Last, for what the client has sent behind its request now runs through the new handlers.
        pipeline.replace(HttpRequestDecoder.class, null, WebSocketFrames.decoder(maxFrameBytes));
    }

    private static String accepting(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + ACCEPT_GUID).getBytes(US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    private static void refuse(ChannelHandlerContext ctx, Refusal refusal) {
        write(ctx, refusal);
        ctx.fireUserEventTriggered(TransportEnd.BROKEN);
    }

    private static void write(ChannelHandlerContext ctx, Refusal refusal) {
        byte[] text = (refusal.reason() + "\n").getBytes(UTF_8);
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, refusal.status(), Unpooled.wrappedBuffer(text));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .setInt(HttpHeaderNames.CONTENT_LENGTH, text.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (refusal.status().equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
            response.headers()
                    .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                    .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
        }
        var unused = ctx.writeAndFlush(response);
    }

    /** The connection ends: a client that has not sent its whole request by now is told that it took too long. */
    void end(ChannelHandlerContext ctx) {
        if (!answered) {
            answered = true;
            write(ctx, new Refusal(HttpResponseStatus.REQUEST_TIMEOUT, "the request did not come in time"));
        }
    }
}
