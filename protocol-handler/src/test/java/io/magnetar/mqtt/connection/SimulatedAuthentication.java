package io.magnetar.mqtt.connection;

import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.Authenticators;
import io.magnetar.mqtt.packet.ReasonCode;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Authentication by what the client itself says it should come to: the last byte of its password, or of the data of a step with
 * the method {@value #METHOD}.
 *
 * <p>Thread: the simulation's.
 */
final class SimulatedAuthentication {
    static final String METHOD = "M";

    private static final int LATER = 0x80;

    private final ArrayDeque<Runnable> later = new ArrayDeque<>();

    Authenticators authenticators() {
        return new Authenticators(claim -> data -> outcome(claim.password()), Map.of(METHOD, claim -> this::outcome));
    }

    /** Answers the oldest question that was not answered at once. */
    boolean answerOne() {
        Runnable answer = later.poll();
        if (answer != null) {
            answer.run();
        }
        return answer != null;
    }

    private CompletableFuture<Authenticator.Step> outcome(byte @Nullable [] said) {
        int choice = said == null || said.length == 0 ? 0 : said[said.length - 1];
        CompletableFuture<Authenticator.Step> answer = new CompletableFuture<>();
        Runnable complete = () -> complete(answer, choice & 7, said);
        if ((choice & LATER) == 0) {
            complete.run();
        } else {
            later.add(complete);
        }
        return answer;
    }

    private static void complete(CompletableFuture<Authenticator.Step> answer, int choice, byte @Nullable [] said) {
        switch (choice) {
            case 1 -> answer.complete(new Authenticator.Continue(new byte[] {1, 2}));
            case 2 -> answer.complete(new Authenticator.Success(said));
            case 3 -> answer.complete(new Authenticator.Failure(ReasonCode.NOT_AUTHORIZED, "it says so itself"));
            case 4 ->
                answer.complete(new Authenticator.Failure(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "it says so itself"));
            case 5 -> answer.completeExceptionally(new IllegalStateException("nobody can be asked"));
            default -> answer.complete(new Authenticator.Success(null));
        }
    }
}
