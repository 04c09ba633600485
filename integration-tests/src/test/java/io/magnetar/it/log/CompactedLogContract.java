package io.magnetar.it.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.log.CompactedLog;
import io.magnetar.log.LogRecord;
import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What every {@link CompactedLog} does, the real one and the one of simulations. */
abstract class CompactedLogContract {
    private static final long TIMEOUT_SECONDS = 30;
    private static final Publisher PUBLISHER = new Publisher(new Namespace("public"), "writer", null);

    /** A log that is empty. */
    abstract CompactedLog log() throws Exception;

    static Message message(String key, String text) {
        MessageProperties properties =
                MessageProperties.NONE.withUserProperties(List.of(new UserProperty("kind", "test")));
        return new Message(
                key, text.getBytes(UTF_8), Qos.AT_LEAST_ONCE, true, properties, PUBLISHER, 1_700_000_000_000_001L);
    }

    static CompletableFuture<Void> append(CompactedLog log, String key, String text) {
        CompletableFuture<Void> appended = new CompletableFuture<>();
        log.append(key, message(key, text), failure -> {
            if (failure == null) {
                appended.complete(null);
            } else {
                appended.completeExceptionally(new AssertionError(failure.reason()));
            }
        });
        return appended;
    }

    static void appendAll(CompactedLog log, List<String> keysAndTexts) throws Exception {
        List<CompletableFuture<Void>> appends = new ArrayList<>();
        for (String keyAndText : keysAndTexts) {
            String[] parts = keyAndText.split("=", 2);
            appends.add(append(log, parts[0], parts[1]));
        }
        CompletableFuture.allOf(appends.toArray(CompletableFuture[]::new)).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    static Newest follow(CompactedLog log) throws Exception {
        Newest newest = new Newest();
        log.follow(newest).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        return newest;
    }

    @Test
    void givesAFollowerNothingOfAnEmptyLogAndThenWhatIsAdded() throws Exception {
        CompactedLog log = log();
        Newest newest = follow(log);
        assertThat(newest.values()).isEmpty();

        appendAll(log, List.of("a=1", "b=2", "a=3"));

        Awaitility.await().untilAsserted(() -> assertThat(newest.values()).containsExactly("a=3", "b=2"));
        assertThat(newest.textsOf("a")).as("in the order of the appends").containsExactly("1", "3");
    }

    @Test
    void hasPassedTheNewestOfEveryKeyWhenFollowCompletes() throws Exception {
        CompactedLog log = log();
        appendAll(log, List.of("a=1", "b=1", "c=1", "a=2", "b=", "c=", "c=2"));

        assertThat(follow(log).values()).containsExactly("a=2", "c=2");
    }

    @Test
    void keepsEveryPartOfARecord() throws Exception {
        CompactedLog log = log();
        appendAll(log, List.of("some/key=text"));

        LogRecord record = follow(log).records().get(0);
        assertThat(record.key()).isEqualTo("some/key");
        assertThat(record.value()).asString(UTF_8).isEqualTo("text");
        assertThat(record.isTombstone()).isFalse();
        assertThat(record.properties())
                .containsEntry("kind", "test")
                .containsEntry("mqtt.topic", "some/key")
                .containsEntry("mqtt.ts", "1700000000000001")
                .containsEntry("mqtt.client-id", "writer");
    }

    @Test
    void passesItsOwnAndOthersRecordsToAllFollowersInOneOrder() throws Exception {
        CompactedLog log = log();
        Newest early = follow(log);
        List<String> appended = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            appended.add("key-" + i % 7 + "=" + i);
        }
        appendAll(log, appended.subList(0, 250));
        Newest late = follow(log);
        appendAll(log, appended.subList(250, 500));

        Awaitility.await().untilAsserted(() -> assertThat(early.records()).hasSize(500));
        Awaitility.await().untilAsserted(() -> assertThat(late.values()).isEqualTo(early.values()));
        for (int key = 0; key < 7; key++) {
            List<String> all = early.textsOf("key-" + key);
            List<String> later = late.textsOf("key-" + key);
            assertThat(all.subList(all.size() - later.size(), all.size())).isEqualTo(later);
        }
    }

    @Test
    void countsNothingOnceAllIsAnswered() throws Exception {
        CompactedLog log = log();
        CompletableFuture<Void> appended = append(log, "a", "1");
        appended.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);

        Awaitility.await().untilAsserted(() -> assertThat(log.pendingBytes()).isZero());
    }
}
