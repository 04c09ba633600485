package io.magnetar.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A stream loses nothing, keeps the order of every topic and writes nothing twice by itself when the broker is killed and
 * when its partitions are unloaded, while it is written and while it is read. {@code -Dmagnetar.fault.rounds} says how
 * often, {@code -Dmagnetar.fault.messages} how many messages each round has.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS)
class StreamFaultIT {
    private static final int ROUNDS = Integer.getInteger("magnetar.fault.rounds", 3);
    private static final int DEVICES = 10;
    private static final int EACH = Integer.getInteger("magnetar.fault.messages", 100_000) / DEVICES;
    private static final int UNLOADS_PER_ROUND = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void losesNothingWhenTheBrokerIsKilled() throws Exception {
        try (Standalone standalone = new Standalone("stream-kill", "--no-functions").start()) {
            for (int i = 1; i <= ROUNDS; i++) {
                StreamRound round = new StreamRound(standalone, "kill-" + i, DEVICES, EACH);
                StreamAccount followed = round.account();
                StreamAccount replayed = round.account();
                try (ResumingReader follower = reader(standalone, round, "follower-" + i, followed)) {
                    CompletableFuture<Void> published = round.publish(threads);
                    awaitUntil(() -> round.acknowledged() > round.messages() / 4);
                    assertThat(published).as("publishing, when the broker dies").isNotDone();
                    killAndRestart(standalone);
                    published.get(PATIENCE.toMinutes(), TimeUnit.MINUTES);
                    awaitUntil(followed::isWhole);
                }
                try (ResumingReader reader = reader(standalone, round, "reader-" + i, replayed)) {
                    awaitUntil(() -> replayed.different() > round.messages() / 4);
                    assertThat(replayed.isWhole())
                            .as("replayed before the broker dies")
                            .isFalse();
                    killAndRestart(standalone);
                    awaitUntil(replayed::isWhole);
                }
                round.verifyWhatIsKept();
                System.out.printf("kill %d of %d, in the middle of ingest and of replay: nothing lost%n", i, ROUNDS);
            }
        }
    }

    @Test
    void losesAndRepeatsNothingWhenItsPartitionsAreUnloaded() throws Exception {
        try (Standalone standalone = new Standalone("stream-unload", "--no-functions").start();
                PulsarAdmin admin = PulsarAdmin.builder()
                        .serviceHttpUrl(standalone.adminUrl())
                        .build()) {
            for (int i = 1; i <= ROUNDS; i++) {
                StreamRound round = new StreamRound(standalone, "unload-" + i, DEVICES, EACH);
                StreamAccount followed = round.account();
                StreamAccount replayed = round.account();
                try (ResumingReader follower = reader(standalone, round, "follower-" + i, followed)) {
                    CompletableFuture<Void> published = round.publish(threads);
                    int unloads = unloadUntil(admin, published::isDone, round::acknowledged, round);
                    published.get();
                    try (ResumingReader reader = reader(standalone, round, "reader-" + i, replayed)) {
                        unloads += unloadUntil(
                                admin,
                                () -> replayed.isWhole() && followed.isWhole(),
                                () -> replayed.different() + followed.different(),
                                round);
                    }
                    System.out.printf("round %d of %d, %d unloads: nothing lost%n", i, ROUNDS, unloads);
                }
                assertThat(round.publishers())
                        .allSatisfy(
                                publisher -> assertThat(publisher.connections()).isOne());
                round.verifyWhatIsKept();
                followed.verify(round.publishers());
                replayed.verify(round.publishers());
            }
        }
    }

    /** Unloads whenever some more has come, until all is done, and returns how often that was. */
    private static int unloadUntil(PulsarAdmin admin, BooleanSupplier done, LongSupplier count, StreamRound round)
            throws PulsarAdminException {
        int unloads = 0;
        while (!done.getAsBoolean()) {
            admin.namespaces().unload("public/streams");
            unloads++;
            long more = count.getAsLong() + round.messages() / UNLOADS_PER_ROUND;
            awaitUntil(() -> done.getAsBoolean() || count.getAsLong() > more);
        }
        return unloads;
    }

    private static ResumingReader reader(
            Standalone standalone, StreamRound round, String clientId, StreamAccount account) throws Exception {
        return ResumingReader.open(standalone.mqttPort(), clientId, "$s/earliest/" + round.filter(), account);
    }

    private static void killAndRestart(Standalone standalone) throws Exception {
        standalone.kill();
        standalone.start();
    }

    private static void awaitUntil(BooleanSupplier condition) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(condition::getAsBoolean);
    }
}
