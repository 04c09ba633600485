package io.magnetar.mqtt.retain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetainedWalkTest {
    private static final Publisher PUBLISHER = new Publisher(new Namespace("public"), null, null);
    /** Characters on both sides of the level separator, and those that mean something at the begin. */
    private static final List<String> LEVELS = List.of("", "a", "b", "c", "a-", "a0", "a!", "-", "0", "$x", " ");

    private final ConcurrentSkipListMap<String, RetainedMessage> messages = new ConcurrentSkipListMap<>();

    private void put(String topic) {
        put(topic, topic);
    }

    private void put(String topic, String text) {
        messages.put(
                topic,
                new RetainedMessage(
                        new Message(
                                topic,
                                text.getBytes(UTF_8),
                                Qos.AT_MOST_ONCE,
                                true,
                                MessageProperties.NONE,
                                PUBLISHER,
                                0),
                        RetainedMessage.NOT_PUBLISHED_HERE));
    }

    private List<String> walk(String filter, int maxLooks) {
        RetainedWalk walk = new RetainedWalk(messages, new TopicFilter(filter));
        List<String> topics = new ArrayList<>();
        while (!walk.isAtEnd()) {
            RetainedMessage next = walk.peek(maxLooks);
            if (next != null) {
                topics.add(next.message().topic());
                walk.advance();
            }
        }
        return topics;
    }

    @Test
    void findsExactlyWhatMatchesInTheOrderOfTopics() {
        for (int round = 0; round < 300; round++) {
            long seed = System.nanoTime();
            Random random = new Random(seed);
            messages.clear();
            for (int i = 0; i < 120; i++) {
                String topic = levels(random, LEVELS);
                if (!topic.isEmpty()) {
                    put(topic);
                }
            }
            for (int i = 0; i < 60; i++) {
                String filter = filter(random);
                List<String> expected = messages.keySet().stream()
                        .filter(new TopicFilter(filter)::matches)
                        .toList();
                assertThat(walk(filter, 1 + random.nextInt(5)))
                        .as("seed %d, filter '%s' over %s", seed, filter, messages.keySet())
                        .isEqualTo(expected);
            }
        }
    }

    private static String levels(Random random, List<String> choice) {
        StringBuilder levels = new StringBuilder(choice.get(random.nextInt(choice.size())));
        for (int more = random.nextInt(4); more > 0; more--) {
            levels.append('/').append(choice.get(random.nextInt(choice.size())));
        }
        return levels.toString();
    }

    private static String filter(Random random) {
        List<String> choice = new ArrayList<>(LEVELS);
        choice.addAll(List.of("+", "+", "+", "+"));
        String filter = levels(random, choice);
        if (random.nextInt(3) == 0) {
            filter = random.nextInt(4) == 0 ? "#" : filter + "/#";
        }
        return filter.isEmpty() ? "+" : filter;
    }

    /** A walk that looked at every topic would look at 20,000. */
    @ParameterizedTest
    @CsvSource({
        "site-7/#, 20",
        "site-7/+/temperature, 60",
        "+/device-3/temperature, 6000",
        "nowhere/+/#, 2",
        "+/nothing, 3000"
    })
    void leapsOverWhatCannotMatch(String filter, int mostLooks) {
        for (int site = 0; site < 1_000; site++) {
            for (int device = 0; device < 10; device++) {
                put("site-" + site + "/device-" + device + "/temperature");
                put("site-" + site + "/device-" + device + "/humidity");
            }
        }
        RetainedWalk walk = new RetainedWalk(messages, new TopicFilter(filter));
        int looks = 0;
        while (!walk.isAtEnd()) {
            if (walk.peek(1) != null) {
                walk.advance();
            }
            looks++;
        }
        assertThat(looks).isLessThanOrEqualTo(mostLooks + 2);
    }

    @Test
    void givesWhatChangesMeanwhileOnceAndAsItIsThen() {
        put("a/1", "old");
        put("a/2", "old");
        put("a/3", "old");
        RetainedWalk walk = new RetainedWalk(messages, new TopicFilter("a/#"));
        assertThat(walk.peek(10)).isNotNull();
        put("a/1", "new");
        assertThat(text(walk.peek(10))).as("not passed over yet").isEqualTo("new");
        walk.advance();

        put("a/1", "newer");
        put("a/2", "new");
        messages.remove("a/3");
        put("a/4", "added");

        assertThat(text(walk.peek(10))).isEqualTo("new");
        walk.advance();
        assertThat(text(walk.peek(10))).isEqualTo("added");
        walk.advance();
        assertThat(walk.peek(10)).isNull();
        assertThat(walk.isAtEnd()).isTrue();
    }

    private static String text(@Nullable RetainedMessage message) {
        assertThat(message).isNotNull();
        return new String(message.message().payload(), UTF_8);
    }
}
