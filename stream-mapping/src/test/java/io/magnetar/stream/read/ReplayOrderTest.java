package io.magnetar.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.stream.Position;
import io.magnetar.stream.StreamReaders.StreamMessage;
import io.magnetar.tenancy.Namespace;
import org.junit.jupiter.api.Test;

class ReplayOrderTest {
    private final ReplayOrder order = new ReplayOrder(2);

    private static StreamMessage message(int partition, long micros) {
        Message message = new Message(
                "a",
                new byte[0],
                Qos.AT_LEAST_ONCE,
                false,
                MessageProperties.NONE,
                new Publisher(new Namespace("n"), null, null),
                micros);
        return new StreamMessage(message, null, partition, Position.START);
    }

    @Test
    void waitsUntilTheNextOfEachPartitionIsKnown() {
        StreamMessage early = message(0, 10);
        StreamMessage late = message(1, 20);
        assertThat(order.leaves(late)).isFalse();
        assertThat(order.hold(late)).as("is new").isTrue();
        assertThat(order.leaves(early)).isTrue();
        order.left(0);

        assertThat(order.take(1)).isSameAs(late);
        assertThat(order.leaves(late)).as("who knows what comes in the other").isFalse();
        assertThat(order.hold(late)).as("is known").isFalse();
        order.replayed(0);
        assertThat(order.take(1)).isSameAs(late);
        assertThat(order.leaves(late)).isTrue();
    }

    @Test
    void ofOneTimeTheLowerPartitionIsFirst() {
        order.hold(message(0, 10));
        assertThat(order.leaves(message(1, 10))).isFalse();
        order.take(0);
        order.hold(message(1, 10));
        assertThat(order.leaves(message(0, 10))).isTrue();
    }

    @Test
    void whatFollowsWaitsForTheWholeReplay() {
        order.replayed(0);
        StreamMessage live = message(0, 5);
        assertThat(order.leaves(live)).isFalse();
        order.hold(live);
        order.replayed(1);
        assertThat(order.isOver()).isTrue();
        assertThat(order.isDone()).as("it holds one").isFalse();

        assertThat(order.take(0)).isSameAs(live);
        assertThat(order.leaves(live)).isTrue();
        order.left(0);
        assertThat(order.isDone()).isTrue();
    }
}
