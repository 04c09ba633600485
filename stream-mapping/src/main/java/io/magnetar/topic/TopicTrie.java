package io.magnetar.topic;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An index from topic filters to values, asked with topic names. One filter may hold many values; a value is there at most
 * once per filter.
 *
 * <p>Thread: any. Reads take no lock and see a change no later than {@link #version()} does: the version rises after each
 * change, so a match that was computed for a version is good as long as that version stands. Writes exclude each other.
 *
 * @param <K> identifies a value within its filter
 * @param <V> what a filter leads to
 */
public final class TopicTrie<K, V> {
    private static final String SINGLE_LEVEL = "+";
    private static final String MULTI_LEVEL = "#";

    private final Node<K, V> root = new Node<>();
    private volatile long version;

    /** Rises with every change. */
    public long version() {
        return version;
    }

    /** Puts a value under a filter and returns the one that it replaces. */
    public synchronized @Nullable V put(TopicFilter filter, K key, V value) {
        Node<K, V> node = root;
        String levels = filter.value();
        int start = 0;
        while (start >= 0) {
            int slash = levels.indexOf('/', start);
            String level = slash < 0 ? levels.substring(start) : levels.substring(start, slash);
            node = node.children.computeIfAbsent(level, ignored -> new Node<>());
            start = slash < 0 ? -1 : slash + 1;
        }
        V previous = node.values.put(key, value);
        version++;
        return previous;
    }

    /** Removes a value and the branches that it alone needed, and returns it. */
    public synchronized @Nullable V remove(TopicFilter filter, K key) {
        V removed = remove(root, filter.value(), 0, key);
        if (removed != null) {
            version++;
        }
        return removed;
    }

    private static <K, V> @Nullable V remove(Node<K, V> node, String levels, int start, K key) {
        if (start < 0) {
            return node.values.remove(key);
        }
        int slash = levels.indexOf('/', start);
        String level = slash < 0 ? levels.substring(start) : levels.substring(start, slash);
        Node<K, V> child = node.children.get(level);
        if (child == null) {
            return null;
        }
        V removed = remove(child, levels, slash < 0 ? -1 : slash + 1, key);
        if (child.isEmpty()) {
            node.children.remove(level);
        }
        return removed;
    }

    /** Passes every value whose filter matches the topic name. A leading wildcard matches no leading {@code $}. */
    public void match(String topic, Consumer<? super V> visitor) {
        match(root, topic, 0, topic.charAt(0) != '$', visitor);
    }

    /** Tells whether there is a value whose filter matches the topic name; it stops at the first. */
    public boolean matches(String topic) {
        return matches(root, topic, 0, topic.charAt(0) != '$');
    }

    private static <K, V> boolean matches(Node<K, V> node, String topic, int start, boolean wildcards) {
        Node<K, V> all = wildcards ? node.children.get(MULTI_LEVEL) : null;
        if (all != null && !all.values.isEmpty()) {
            return true;
        }
        if (start < 0) {
            return !node.values.isEmpty();
        }
        int slash = topic.indexOf('/', start);
        Node<K, V> exact = node.children.get(slash < 0 ? topic.substring(start) : topic.substring(start, slash));
        Node<K, V> any = wildcards ? node.children.get(SINGLE_LEVEL) : null;
        int next = slash < 0 ? -1 : slash + 1;
        return (exact != null && matches(exact, topic, next, true)) || (any != null && matches(any, topic, next, true));
    }

    private static <K, V> void match(
            Node<K, V> node, String topic, int start, boolean wildcards, Consumer<? super V> visitor) {
        if (wildcards) {
            visit(node.children.get(MULTI_LEVEL), visitor);
        }
        if (start < 0) {
            node.values.values().forEach(visitor);
            return;
        }
        int slash = topic.indexOf('/', start);
        String level = slash < 0 ? topic.substring(start) : topic.substring(start, slash);
        int next = slash < 0 ? -1 : slash + 1;
        Node<K, V> exact = node.children.get(level);
        if (exact != null) {
            match(exact, topic, next, true, visitor);
        }
        if (wildcards) {
            Node<K, V> any = node.children.get(SINGLE_LEVEL);
            if (any != null) {
                match(any, topic, next, true, visitor);
            }
        }
    }

    private static <K, V> void visit(@Nullable Node<K, V> node, Consumer<? super V> visitor) {
        if (node != null) {
            node.values.values().forEach(visitor);
        }
    }

    private static final class Node<K, V> {
        final Map<String, Node<K, V>> children = new ConcurrentHashMap<>(2);
        final Map<K, V> values = new ConcurrentHashMap<>(2);

        boolean isEmpty() {
            return children.isEmpty() && values.isEmpty();
        }
    }
}
