package io.magnetar.sink.influxdb;

import io.magnetar.sink.influxdb.WriteAnswer.Refused;
import io.magnetar.sink.influxdb.WriteAnswer.TooLarge;
import io.magnetar.sink.influxdb.WriteAnswer.Unavailable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Writes lines until each of them is either there or refused by itself. Where the server says which lines are bad, the
 * others are sent again if they are not there yet; where it does not, the batch is halved until a refusal is about a
 * single line: a bad line among n costs about 2 log2(n) requests. What is settled stays so when the server goes away
 * in between.
 *
 * <p>Thread: one at a time.
 */
final class LineBatch {
    private final List<String> lines;
    private final Deque<List<Integer>> parts = new ArrayDeque<>();
    private final Map<Integer, String> refused = new TreeMap<>();

    /** Sends lines once. */
    @FunctionalInterface
    interface Server {
        WriteAnswer write(List<String> lines) throws InterruptedException;
    }

    /** @param maxLines of a request */
    LineBatch(List<String> lines, int maxLines) {
        this.lines = lines;
        for (int from = 0; from < lines.size(); from += maxLines) {
            parts.add(IntStream.range(from, Math.min(lines.size(), from + maxLines))
                    .boxed()
                    .toList());
        }
    }

    /** Goes on until all lines are settled, or until the server is not available: then call it again, later. */
    Optional<Unavailable> write(Server server) throws InterruptedException {
        while (!parts.isEmpty()) {
            List<Integer> part = parts.getFirst();
            WriteAnswer answer = server.write(part.stream().map(lines::get).toList());
            if (answer instanceof Unavailable unavailable) {
                return Optional.of(unavailable);
            }
            parts.removeFirst();
            settle(part, answer);
        }
        return Optional.empty();
    }

    /** The reasons by the index of the line; all other lines are there once all is written. */
    Map<Integer, String> refused() {
        return refused;
    }

    private void settle(List<Integer> part, WriteAnswer answer) {
        if (answer instanceof Refused r && !r.byLine().isEmpty()) {
            r.byLine().forEach((index, reason) -> refused.put(part.get(index), reason));
            List<Integer> others =
                    part.stream().filter(index -> !refused.containsKey(index)).toList();
            if (!r.othersWritten() && !others.isEmpty()) {
                parts.push(others);
            }
        } else if (answer instanceof Refused r) {
            halve(part, r.message());
        } else if (answer instanceof TooLarge t) {
            halve(part, t.message());
        }
    }

    private void halve(List<Integer> part, String message) {
        if (part.size() == 1) {
            refused.put(part.get(0), message);
        } else {
            int half = part.size() / 2;
            parts.push(part.subList(half, part.size()));
            parts.push(part.subList(0, half));
        }
    }
}
