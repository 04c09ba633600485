package io.magnetar.mqtt.admin;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Names of two lists in one order, each once. Thread: one. */
final class MergedNames implements Iterator<String> {
    private final Iterator<String> left;
    private final Iterator<String> right;
    private @Nullable String nextLeft;
    private @Nullable String nextRight;

    /** Both are in the order of their names. */
    MergedNames(Iterator<String> left, Iterator<String> right) {
        this.left = left;
        this.right = right;
        nextLeft = next(left);
        nextRight = next(right);
    }

    private static @Nullable String next(Iterator<String> names) {
        return names.hasNext() ? names.next() : null;
    }

    @Override
    public boolean hasNext() {
        return nextLeft != null || nextRight != null;
    }

    @Override
    public String next() {
        String ofLeft = nextLeft;
        String ofRight = nextRight;
        if (ofLeft == null && ofRight == null) {
            throw new NoSuchElementException();
        }
        int order = ofLeft == null ? 1 : ofRight == null ? -1 : ofLeft.compareTo(ofRight);
        if (order <= 0) {
            nextLeft = next(left);
        }
        if (order >= 0) {
            nextRight = next(right);
        }
        return String.valueOf(order <= 0 ? ofLeft : ofRight);
    }
}
