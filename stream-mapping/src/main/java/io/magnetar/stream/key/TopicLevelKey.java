package io.magnetar.stream.key;

import io.magnetar.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * {@code topic[N]}: one level of the topic name. A topic that has fewer levels, or an empty one there, gives none.
 *
 * @param level counted from 0
 */
record TopicLevelKey(int level) implements StreamKey {
    @Override
    public @Nullable String of(Message message) {
        String topic = message.topic();
        int start = 0;
        for (int skipped = 0; skipped < level; skipped++) {
            int slash = topic.indexOf('/', start);
            if (slash < 0) {
                return null;
            }
            start = slash + 1;
        }
        int end = topic.indexOf('/', start);
        return StreamKeys.legal(end < 0 ? topic.substring(start) : topic.substring(start, end));
    }

    @Override
    public String toString() {
        return "topic[" + level + "]";
    }
}
