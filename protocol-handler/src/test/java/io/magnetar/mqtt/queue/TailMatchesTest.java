package io.magnetar.mqtt.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.session.SimulatedOwner;
import io.magnetar.stream.queue.QueuedMessage;
import io.magnetar.topic.TopicFilter;
import io.magnetar.topic.TopicTrie;
import java.util.List;
import org.junit.jupiter.api.Test;

class TailMatchesTest {
    private record Session(String name) implements TailSubscriber {
        @Override
        public Owner owner() {
            return new SimulatedOwner();
        }

        @Override
        public void onTail(int partition, List<QueuedMessage> messages) {}
    }

    private final TopicTrie<TailSubscriber, TailSubscriber> filters = new TopicTrie<>();
    private final TailMatches matches = new TailMatches(filters);

    private void subscribe(String filter, Session session) {
        filters.put(new TopicFilter(filter), session, session);
    }

    @Test
    void findsEachSessionOnceAndSeesEveryChange() {
        Session one = new Session("one");
        Session other = new Session("other");
        subscribe("a/+", one);
        subscribe("a/#", one);
        assertThat(matches.of("a/b")).containsExactly(one);

        subscribe("a/b", other);
        assertThat(matches.of("a/b")).containsExactlyInAnyOrder(one, other);

        filters.remove(new TopicFilter("a/b"), other);
        assertThat(matches.of("a/b")).containsExactly(one);
        assertThat(matches.of("b")).isEmpty();
    }

    @Test
    void remembersSoManyTopicsAndNoMore() {
        subscribe("#", new Session("all"));
        for (int i = 0; i < 3 * TailMatches.MAX_TOPICS; i++) {
            assertThat(matches.of("topic/" + i)).hasSize(1);
            assertThat(matches.topics()).isBetween(1, TailMatches.MAX_TOPICS);
        }
    }

    @Test
    void remembersFewerTopicsThatManySessionsWant() {
        int sessions = TailMatches.MAX_SESSIONS / 10;
        for (int i = 0; i < sessions; i++) {
            subscribe("#", new Session(Integer.toString(i)));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(matches.of("topic/" + i)).hasSize(sessions);
            assertThat(matches.topics()).isLessThanOrEqualTo(10);
        }
    }
}
