package io.magnetar.sink.influxdb;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * A response's body as UTF-8, of which no more than the first 64 KiB are kept and waited for.
 *
 * <p>Thread: that of the HTTP client.
 */
final class LimitedBody implements BodySubscriber<String> {
    private static final int LIMIT = 64 << 10;

    private final CompletableFuture<String> body = new CompletableFuture<>();
    private final byte[] bytes = new byte[LIMIT];
    private int length;
    private @Nullable Subscription subscription;

    @Override
    public CompletionStage<String> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> items) {
        for (ByteBuffer item : items) {
            int taken = Math.min(item.remaining(), LIMIT - length);
            item.get(bytes, length, taken);
            length += taken;
        }
        if (length == LIMIT) {
            if (subscription != null) {
                subscription.cancel();
            }
            onComplete();
        }
    }

    @Override
    public void onError(Throwable failure) {
        body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        body.complete(new String(bytes, 0, length, StandardCharsets.UTF_8));
    }
}
