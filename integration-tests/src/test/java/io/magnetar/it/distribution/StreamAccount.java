package io.magnetar.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What somebody got of the messages of all publishers: each is there, in the order of its topic, and how often. Thread: any. */
final class StreamAccount {
    private final Map<String, TopicAccount> topics;
    private final int each;
    private int whole;
    private @Nullable AssertionError fault;

    /** @param each how many messages each topic gets */
    StreamAccount(List<String> topics, int each) {
        this.topics = topics.stream().collect(Collectors.toMap(Function.identity(), t -> new TopicAccount(t, each)));
        this.each = each;
    }

    /** Takes a message. What is wrong with it is told by all questions from then on. */
    synchronized void take(String topic, byte[] payload) {
        try {
            TopicAccount account = topics.get(topic);
            if (account == null) {
                throw new AssertionError("a message of " + topic + " came");
            }
            if (account.take(payload)) {
                whole++;
            }
        } catch (AssertionError e) {
            fault = fault == null ? e : fault;
        }
    }

    /** How many different messages have come. */
    synchronized int different() {
        if (fault != null) {
            throw fault;
        }
        return whole;
    }

    synchronized boolean isWhole() {
        return different() == each * topics.size();
    }

    /** Checks that everything has come, and nothing more often than it was sent. */
    synchronized void verify(List<ResumingPublisher> publishers) {
        assertThat(different()).as("different messages").isEqualTo(each * topics.size());
        for (ResumingPublisher publisher : publishers) {
            TopicAccount account = Objects.requireNonNull(topics.get(publisher.topic()));
            for (int number = 0; number < each; number++) {
                int copies = account.copies(number);
                if (copies > publisher.sends(number)) {
                    throw new AssertionError(publisher.topic() + ": " + copies + " copies of " + number);
                }
            }
        }
    }
}
