package io.magnetar.mqtt.deletion;

import io.magnetar.tenancy.Namespace;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A part of a deletion, which may be done again when it is not known whether it was done.
 *
 * <p>Thread: immutable.
 *
 * @param what is deleted, for those who look how far it is: "sessions"
 * @param action completes when nothing of it is left
 */
public record DeletionStep(String what, Function<Namespace, CompletableFuture<Void>> action) {}
