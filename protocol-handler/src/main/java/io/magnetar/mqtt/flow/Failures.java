package io.magnetar.mqtt.flow;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What futures fail with. Stateless. */
public final class Failures {
    private Failures() {}

    /** The failure itself, without what the stages of a future have put around it; null for null. */
    public static @Nullable Throwable cause(@Nullable Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }
}
