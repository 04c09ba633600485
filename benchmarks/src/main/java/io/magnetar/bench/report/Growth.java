package io.magnetar.bench.report;

import java.util.Locale;

/**
 * What a process's memory grew by.
 *
 * @param count of what made it grow, at least 1
 */
public record Growth(int count, Memory before, Memory after) {
    /**
     * The memory of a Java process.
     *
     * @param heapBytes of objects in use, after a full collection
     * @param residentBytes in RAM, heap and all else
     */
    public record Memory(long heapBytes, long residentBytes) {}

    /** Bytes of heap for each one; negative when the heap shrank. */
    public double heapBytesEach() {
        return (double) (after.heapBytes() - before.heapBytes()) / count;
    }

    /** A text for people, with what was counted in the plural. */
    public String text(String things) {
        return String.format(
                Locale.ROOT,
                "%,d %s%n  heap in use   %,.1f MB before, %,.1f MB with them, %,.0f bytes each%n"
                        + "  resident      %,.1f MB before, %,.1f MB with them",
                count,
                things,
                before.heapBytes() / 1e6,
                after.heapBytes() / 1e6,
                heapBytesEach(),
                before.residentBytes() / 1e6,
                after.residentBytes() / 1e6);
    }
}
