package io.magnetar.sink.archive.file;

import io.magnetar.sink.message.Position;
import java.util.ArrayList;
import java.util.List;

/**
 * The positions that a file holds, as runs of messages that follow each other in their partition: what makes a file known to
 * others, and a message known to be in it.
 *
 * <p>Thread: one at a time.
 */
public final class PositionRuns {
    private final List<Position> firsts = new ArrayList<>();
    private final List<Position> lasts = new ArrayList<>();

    /**
     * Adds the next position.
     *
     * @param follows whether the message before it in the partition is the last one added
     */
    public void add(Position position, boolean follows) {
        if (follows && !lasts.isEmpty()) {
            lasts.set(lasts.size() - 1, position);
        } else {
            firsts.add(position);
            lasts.add(position);
        }
    }

    /** How many runs there are. */
    public int size() {
        return firsts.size();
    }

    public Position last() {
        return lasts.get(lasts.size() - 1);
    }

    /** Whether a message of the partition is in one of the runs. */
    public boolean contains(Position position) {
        return runWith(position) >= 0;
    }

    private int runWith(Position position) {
        int low = 0;
        int high = firsts.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (position.compareTo(firsts.get(middle)) < 0) {
                high = middle - 1;
            } else if (position.compareTo(lasts.get(middle)) > 0) {
                low = middle + 1;
            } else {
                return middle;
            }
        }
        return -1;
    }

    /** Whether each run of another one lies within one of these. */
    public boolean covers(PositionRuns other) {
        for (int i = 0; i < other.size(); i++) {
            int run = runWith(other.firsts.get(i));
            if (run < 0 || run != runWith(other.lasts.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** {@code first-last,first-last,...}, a run of one message as {@code first}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < firsts.size(); i++) {
            text.append(i == 0 ? "" : ",").append(firsts.get(i));
            if (!firsts.get(i).equals(lasts.get(i))) {
                text.append('-').append(lasts.get(i));
            }
        }
        return text.toString();
    }

    /**
     * Reads what {@link #toString()} writes.
     *
     * @throws IllegalArgumentException when it is something else
     */
    public static PositionRuns parse(String text) {
        PositionRuns runs = new PositionRuns();
        for (String run : text.split(",", -1)) {
            int dash = run.indexOf('-');
            runs.firsts.add(Position.parse(dash < 0 ? run : run.substring(0, dash)));
            runs.lasts.add(Position.parse(dash < 0 ? run : run.substring(dash + 1)));
        }
        return runs;
    }
}
