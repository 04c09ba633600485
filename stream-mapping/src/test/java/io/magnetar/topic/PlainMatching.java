package io.magnetar.topic;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** MQTT 5.0 section 4.7 as it is written, level by level, and random topics and filters that often meet. */
final class PlainMatching {
    private static final String[] LEVELS = {"a", "b", "", "$s", "ab"};

    private static final int MAX_LEVELS = 4;

    private PlainMatching() {}

    static boolean matches(String filter, String topic) {
        if (topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"))) {
            return false;
        }
        return matches(List.of(filter.split("/", -1)), List.of(topic.split("/", -1)));
    }

    private static boolean matches(List<String> filter, List<String> topic) {
        if (filter.isEmpty()) {
            return topic.isEmpty();
        }
        if (filter.get(0).equals("#")) {
            return true;
        }
        if (topic.isEmpty()) {
            return false;
        }
        boolean level = filter.get(0).equals("+") || filter.get(0).equals(topic.get(0));
        return level && matches(filter.subList(1, filter.size()), topic.subList(1, topic.size()));
    }

    static String topic(Random random) {
        List<String> levels = levels(random);
        String topic = String.join("/", levels);
        return topic.isEmpty() ? "a" : topic;
    }

    static TopicFilter filter(Random random) {
        List<String> levels = levels(random);
        for (int i = 0; i < levels.size(); i++) {
            if (random.nextInt(3) == 0) {
                levels.set(i, "+");
            }
        }
        if (random.nextInt(3) == 0) {
            levels.set(levels.size() - 1, "#");
        }
        String filter = String.join("/", levels);
        return new TopicFilter(filter.isEmpty() ? "+" : filter);
    }

    /** All topics that {@link #topic} may give, and the empty one: two filters have one of them in common if they have any. */
    static List<String> allTopics() {
        List<String> all = new ArrayList<>(List.of(LEVELS));
        int begin = 0;
        for (int level = 1; level < MAX_LEVELS; level++) {
            int end = all.size();
            for (String longer : all.subList(begin, end).toArray(new String[0])) {
                for (String one : LEVELS) {
                    all.add(longer + "/" + one);
                }
            }
            begin = end;
        }
        return all;
    }

    private static List<String> levels(Random random) {
        List<String> levels = new ArrayList<>();
        for (int i = 1 + random.nextInt(MAX_LEVELS); i > 0; i--) {
            levels.add(LEVELS[random.nextInt(LEVELS.length)]);
        }
        return levels;
    }
}
