package io.magnetar.mqtt.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.magnetar.mqtt.admin.AdminAnswer;
import io.magnetar.mqtt.admin.AdminApi;
import io.magnetar.mqtt.admin.AdminRequest;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the requests of one HTTP connection, one after the other: who sends several at once gets the answers in their order, RFC
 * 9112 section 9.3.2. The handler before this one passes on no request while the connection is not to be read.
 *
 * <p>Thread: the connection's event loop.
 */
final class StatusHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(StatusHandler.class);

    private final StatusPage page;
    private final TraceRequests traces;
    private final Function<AdminRequest, CompletableFuture<AdminAnswer>> admin;

    /** @param admin answers what is asked below {@link AdminApi#ROOT}; never fails */
    StatusHandler(StatusPage page, TraceRequests traces, Function<AdminRequest, CompletableFuture<AdminAnswer>> admin) {
        this.page = page;
        this.traces = traces;
        this.admin = admin;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) throws JsonProcessingException {
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        try {
            if (request.uri().startsWith(AdminApi.ROOT)) {
                ask(ctx, AdminHttp.request(request, ctx.channel().remoteAddress(), isLocal(ctx, request)), keepAlive);
            } else {
                write(ctx, respond(ctx, request), keepAlive);
            }
        } catch (IllegalArgumentException e) {
            write(ctx, text(HttpResponseStatus.BAD_REQUEST, "This is no URL: " + e.getMessage() + "\n"), keepAlive);
        }
    }

    /** No later request comes here before the answer has left. */
    private void ask(ChannelHandlerContext ctx, AdminRequest request, boolean keepAlive) {
        ctx.channel().config().setAutoRead(false);
        var unused = admin.apply(request)
                .thenAcceptAsync(
                        answer -> {
                            write(ctx, AdminHttp.response(answer), keepAlive);
                            ctx.channel().config().setAutoRead(true);
                        },
                        ctx.executor());
    }

    private static void write(ChannelHandlerContext ctx, FullHttpResponse response, boolean keepAlive) {
        HttpUtil.setContentLength(response, response.content().readableBytes());
        HttpUtil.setKeepAlive(response, keepAlive);
        var written = ctx.writeAndFlush(response);
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private FullHttpResponse respond(ChannelHandlerContext ctx, FullHttpRequest request)
            throws JsonProcessingException {
        QueryStringDecoder query = new QueryStringDecoder(request.uri());
        if (query.path().equals(TraceRequests.PATH)) {
            TraceRequests.Answer answer = traces.answer(request.method(), query, isLocal(ctx, request));
            return text(answer.status(), answer.text());
        }
        if (!request.uri().equals("/status")) {
            return text(
                    HttpResponseStatus.NOT_FOUND,
                    "There are GET /status, /traces, and the admin API below " + AdminApi.ROOT + ".\n");
        }
        if (!request.method().equals(HttpMethod.GET)) {
            return text(HttpResponseStatus.METHOD_NOT_ALLOWED, "/status is for GET.\n");
        }
        StatusPage.Answer answer = page.answer(isLocal(ctx, request));
        return response(
                answer.ready() ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE,
                HttpHeaderValues.APPLICATION_JSON.toString(),
                answer.json());
    }

    /** A browser on this machine may show a page of somebody else: it says whose. */
    private static boolean isLocal(ChannelHandlerContext ctx, FullHttpRequest request) {
        return ctx.channel().remoteAddress() instanceof InetSocketAddress address
                && address.getAddress().isLoopbackAddress()
                && !request.headers().contains(HttpHeaderNames.ORIGIN)
                && !request.headers().contains("X-Forwarded-For");
    }

    private static FullHttpResponse text(HttpResponseStatus status, String text) {
        return response(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    static FullHttpResponse response(HttpResponseStatus status, String contentType, byte[] body) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
        return response;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("A connection to the status page failed", cause);
        var unused = ctx.close();
    }
}
