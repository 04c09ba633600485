package io.magnetar.mqtt.plugin;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.jspecify.annotations.Nullable;

/**
 * Why a step of a start has failed, in one line for operators: the step, and what all the exceptions say that are put into each other.
 * One that says nothing is named by its type.
 */
final class StartFailure extends Exception {
    private static final int MAX_CAUSES = 10;
    private static final int MAX_LENGTH = 1_000;
    private static final Pattern SPACE = Pattern.compile("\\s+");
    /** How Pulsar's client passes on what its broker says. */
    private static final Pattern OF_BROKER =
            Pattern.compile("\\{\\s*\"errorMsg\"\\s*:\\s*\"(.*?)\"\\s*,\\s*\"reqId\"[^}]*\\}", Pattern.DOTALL);
    /** How Pulsar's admin API passes on an exception. */
    private static final Pattern OF_ADMIN =
            Pattern.compile(".*An unexpected error occurred.*?Message:(.*?)(?:Stacktrace:.*)?\\z", Pattern.DOTALL);

    private StartFailure(String step, Throwable cause) {
        super(step + ": " + text(cause), cause);
    }

    /** Takes a step, and names it in its failure. */
    static <T> CompletableFuture<T> named(String step, Supplier<CompletableFuture<T>> taken) {
        return taken.get()
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(new StartFailure(step, failure)));
    }

    /** What a failure and its causes say. */
    static String text(Throwable failure) {
        List<String> said = new ArrayList<>();
        Throwable each = failure;
        for (int depth = 0; each != null && depth < MAX_CAUSES; depth++) {
            if (each instanceof StartFailure) {
                said.add(String.valueOf(each.getMessage()));
                break;
            }
            if (!isWrapping(each)) {
                String more = said(each);
                if (said.stream().noneMatch(before -> before.contains(more))) {
                    said.removeIf(more::contains);
                    said.add(more);
                }
            }
            each = each.getCause();
        }
        String text = String.join(", because of ", said);
        return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "...";
    }

    private static boolean isWrapping(Throwable thrown) {
        return thrown.getCause() != null
                && (thrown instanceof CompletionException || thrown instanceof ExecutionException);
    }

    private static String said(Throwable thrown) {
        String type = thrown.getClass().getSimpleName();
        String answer = thrown instanceof PulsarAdminException admin ? admin.getHttpError() : null;
        return message(answer)
                .or(() -> message(thrown.getMessage()))
                .orElse(type.isEmpty() ? thrown.getClass().getName() : type);
    }

    /** Its text in one line; nothing when it says nothing. */
    private static Optional<String> message(@Nullable String message) {
        if (message == null) {
            return Optional.empty();
        }
        String ofAdmin = OF_ADMIN.matcher(message).replaceFirst("$1");
        String ofBroker = OF_BROKER.matcher(ofAdmin).replaceAll("$1");
        String line = SPACE.splitAsStream(ofBroker.strip()).collect(Collectors.joining(" "));
        boolean saysSomething = line.codePoints().anyMatch(Character::isLetterOrDigit)
                && !line.toLowerCase(Locale.ROOT).equals("null");
        return saysSomething ? Optional.of(line) : Optional.empty();
    }
}
