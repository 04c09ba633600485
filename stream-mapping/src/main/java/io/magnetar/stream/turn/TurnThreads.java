package io.magnetar.stream.turn;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the threads that take turns. Stateless. */
public final class TurnThreads {
    private TurnThreads() {}

    /** Daemon threads whose names are the prefix and a number from 1. */
    public static ExecutorService named(String prefix, int count) {
        AtomicInteger number = new AtomicInteger();
        return Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }
}
