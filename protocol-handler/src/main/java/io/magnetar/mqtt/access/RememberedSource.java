package io.magnetar.mqtt.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.magnetar.message.Publisher;
import io.magnetar.mqtt.counters.DecidedBy;
import io.magnetar.tenancy.Namespace;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A source that asks somebody, and remembers the answers for a time. At most {@value #MAX_ANSWERS} answers are remembered, and
 * {@value #MAX_UNDER_WAY} questions are under way: one more is answered by nobody.
 *
 * <p>Thread: any.
 */
public final class RememberedSource implements AccessSource {
    private static final int MAX_ANSWERS = 100_000;
    private static final int MAX_UNDER_WAY = 1_024;

    private final DecidedBy name;
    private final Asking asking;
    private final Cache<Question, Verdict> answers;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicLong forgotten = new AtomicLong();

    /** Asks somebody. Never blocks nor throws; a failed future means that there was no answer. */
    @FunctionalInterface
    public interface Asking {
        CompletableFuture<Verdict> ask(Subject client, AccessRequest request);
    }

    private record Question(
            Publisher publisher,
            boolean named,
            @Nullable String role,
            @Nullable String commonName,
            InetAddress address,
            AccessRequest request) {}

    public RememberedSource(DecidedBy name, Asking asking, int rememberedSeconds) {
        this.name = name;
        this.asking = asking;
        this.answers = Caffeine.newBuilder()
                .maximumSize(MAX_ANSWERS)
                .expireAfterWrite(rememberedSeconds, TimeUnit.SECONDS)
                .build();
    }

    @Override
    public DecidedBy name() {
        return name;
    }

    private static Question question(Subject client, AccessRequest request) {
        return new Question(
                client.publisher(), client.named(), client.role(), client.commonName(), client.address(), request);
    }

    @Override
    public Answer look(Subject client, AccessRequest request) {
        Verdict known = answers.getIfPresent(question(client, request));
        return known == null ? Answer.ASK : new Answer(known, null);
    }

    @Override
    public CompletableFuture<Verdict> ask(Subject client, AccessRequest request) {
        if (underWay.incrementAndGet() > MAX_UNDER_WAY) {
            underWay.decrementAndGet();
            return CompletableFuture.failedFuture(
                    new IllegalStateException("more than " + MAX_UNDER_WAY + " questions are under way"));
        }
        long before = forgotten.get();
        return asking.ask(client, request).whenComplete((verdict, failure) -> {
            underWay.decrementAndGet();
            if (failure == null && before == forgotten.get()) {
                answers.put(question(client, request), verdict);
            }
        });
    }

    @Override
    public void forget(Namespace namespace) {
        forgotten.incrementAndGet();
        answers.asMap()
                .keySet()
                .removeIf(question -> question.publisher().namespace().equals(namespace));
    }
}
