package io.magnetar.stream.key;

import io.magnetar.message.Message;

/**
 * {@code topic[N]}: one level of the topic name, or the whole name when it has fewer levels.
 *
 * @param level counted from 0
 */
record TopicLevelKey(int level) implements StreamKey {
    @Override
    public String of(Message message) {
        String topic = message.topic();
        int start = 0;
        for (int skipped = 0; skipped < level; skipped++) {
            int slash = topic.indexOf('/', start);
            if (slash < 0) {
                return topic;
            }
            start = slash + 1;
        }
        int end = topic.indexOf('/', start);
        return end < 0 ? topic.substring(start) : topic.substring(start, end);
    }

    @Override
    public String toString() {
        return "topic[" + level + "]";
    }
}
