package io.magnetar.mqtt.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.connection.SimulatedQueues;
import io.magnetar.mqtt.crash.SimulatedExecutor;
import io.magnetar.mqtt.crash.VirtualTime;
import io.magnetar.mqtt.session.SimulatedOwner;
import io.magnetar.stream.Position;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.append.Partitioning;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The message at one position, or that it is gone. */
class PositionReadTest {
    private static final Namespace NAMESPACE = new Namespace("one");
    private static final String TOPIC = "a";
    private static final int PARTITION = Partitioning.partition(TOPIC, SimulatedQueues.PARTITIONS);

    private final Random random = new Random(1);
    private final SimulatedOwner owner = new SimulatedOwner();
    private final SimulatedQueues log = new SimulatedQueues();
    private final SimulatedExecutor executor = new SimulatedExecutor(random, new VirtualTime());
    private final List<PositionRead.Outcome> outcomes = new ArrayList<>();
    private NamespaceQueue queue;

    @BeforeEach
    void publishThree() {
        Queues queues = new Queues(log, 1, definition -> {}, executor);
        CompletableFuture<NamespaceQueue> opened = queues.of(NAMESPACE);
        for (int i = 0; i < 3; i++) {
            Message message = new Message(
                    TOPIC,
                    Integer.toString(i).getBytes(UTF_8),
                    Qos.EXACTLY_ONCE,
                    false,
                    MessageProperties.NONE,
                    new Publisher(NAMESPACE, "publisher", null),
                    i);
            log.append(StreamDefinition.queueOf(NAMESPACE, SimulatedQueues.PARTITIONS), message, failure -> {});
        }
        settle();
        queue = opened.getNow(null);
    }

    private void settle() {
        boolean busy = true;
        while (busy) {
            busy = log.work(random, false);
            busy |= owner.runOne();
            busy |= executor.runOne();
        }
    }

    private void read(int entry) {
        assertThat(new PositionRead(queue, new Position(1, entry, -1), owner, outcomes::add).open(PARTITION))
                .isTrue();
        settle();
    }

    @Test
    void findsTheMessage() {
        read(1);

        assertThat(outcomes).singleElement().satisfies(outcome -> {
            Message found = outcome.message();
            assertThat(found).isNotNull();
            assertThat(found == null ? "" : new String(found.payload(), UTF_8)).isEqualTo("1");
        });
    }

    @Test
    void tellsThatItIsGoneWhenALaterOneIsKept() {
        log.trim(PARTITION, 2);

        read(1);

        assertThat(outcomes).containsExactly(new PositionRead.Outcome(null, false));
    }

    @Test
    void tellsThatItIsGoneWhenNothingIsKept() {
        log.trim(PARTITION, 3);

        read(1);

        assertThat(outcomes).containsExactly(new PositionRead.Outcome(null, false));
        read(2);
        assertThat(outcomes).as("its reader is free again").hasSize(2);
    }
}
