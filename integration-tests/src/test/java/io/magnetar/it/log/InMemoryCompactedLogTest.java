package io.magnetar.it.log;

import io.magnetar.log.CompactedLog;
import io.magnetar.log.InMemoryCompactedLog;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;

class InMemoryCompactedLogTest extends CompactedLogContract {
    private final ExecutorService executor = Executors.newSingleThreadExecutor();

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    @Override
    CompactedLog log() {
        return new InMemoryCompactedLog(executor);
    }
}
