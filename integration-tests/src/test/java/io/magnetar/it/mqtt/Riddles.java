package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.Authenticators;
import io.magnetar.mqtt.packet.ReasonCode;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A method of enhanced authentication for tests: the client greets, is asked the sum of two numbers, and is in when it answers
 * right. The answers come from another thread, as those of a real one would. A user named {@code nobody} is not let in without it.
 *
 * <p>Thread: any.
 */
final class Riddles implements Authenticator {
    static final String METHOD = "RIDDLE";
    static final String RIDDLE = "17+25";
    static final String ANSWER = "42";

    static Authenticators authenticators() {
        return new Authenticators(Riddles::plain, Map.of(METHOD, new Riddles()));
    }

    private static Exchange plain(Claim claim) {
        Step step = "nobody".equals(claim.username())
                ? new Failure(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "nobody is not let in")
                : new Success(null);
        return data -> later(step);
    }

    private static CompletableFuture<Step> later(Step step) {
        return new CompletableFuture<Step>().completeOnTimeout(step, 5, TimeUnit.MILLISECONDS);
    }

    @Override
    public Exchange begin(Claim claim) {
        return new Riddle();
    }

    private static final class Riddle implements Exchange {
        @Override
        public CompletableFuture<Step> next(byte @Nullable [] data) {
            String said = data == null ? "" : new String(data, UTF_8);
            return switch (said) {
                case "hello" -> later(new Continue(RIDDLE.getBytes(UTF_8)));
                case ANSWER -> later(new Success("welcome".getBytes(UTF_8)));
                case "break" -> CompletableFuture.failedFuture(new IllegalStateException("the riddles are lost"));
                default -> later(new Failure(ReasonCode.NOT_AUTHORIZED, "that is not the answer"));
            };
        }
    }
}
