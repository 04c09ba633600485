package io.magnetar.mqtt.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.stream.EndPosition;
import io.magnetar.stream.Position;
import io.magnetar.stream.ReplayPace;
import io.magnetar.stream.ReplayRange;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamReaders;
import io.magnetar.stream.StreamReaders.Ended;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** The log of one stream, and readers that pass on what the simulation says. Texts tell partition, number and QoS. */
final class SimulatedStream implements StreamReaders {
    static final Namespace NAMESPACE = new Namespace("one");

    final StreamDefinition definition;
    private final List<List<StreamMessage>> partitions = new ArrayList<>();
    private List<List<String>> atNow = List.of();
    private final List<Reader> readers = new ArrayList<>();

    SimulatedStream(int count) {
        definition = new StreamDefinition(NAMESPACE, "readings", new TopicFilter("a"), Message::topic, count, 0);
        for (int i = 0; i < count; i++) {
            partitions.add(new ArrayList<>());
        }
    }

    void append(Random random) {
        int index = random.nextInt(partitions.size());
        List<StreamMessage> partition = partitions.get(index);
        int number = partition.size();
        Qos qos = Qos.of(1 + random.nextInt(2));
        Message message = new Message(
                "a",
                (index + "-" + number + "-" + qos.value()).getBytes(UTF_8),
                qos,
                false,
                MessageProperties.NONE,
                new Publisher(NAMESPACE, "publisher", null),
                number);
        partition.add(new StreamMessage(message, null, index, position(number)));
    }

    /** Entries of three messages each. */
    static Position position(int number) {
        return new Position(number / 30, number / 3 % 10, number % 3);
    }

    List<List<String>> byPartition() {
        return partitions.stream()
                .map(partition -> partition.stream()
                        .map(read -> new String(read.message().payload(), UTF_8))
                        .toList())
                .toList();
    }

    /** What it had when the last range was opened that ends now. */
    List<List<String>> atNow() {
        return atNow;
    }

    /** The broker dies, and with it its readers. */
    void crash() {
        readers.clear();
    }

    /** Lets one reader pass one message on. */
    boolean readOne(Random random) {
        List<Reader> busy = readers.stream().filter(Reader::hasMore).toList();
        if (busy.isEmpty()) {
            return false;
        }
        busy.get(random.nextInt(busy.size())).readOne(random);
        return true;
    }

    @Override
    public CompletableFuture<StreamReader> open(
            StreamDefinition stream, ReplayRange range, TopicFilter filter, StreamListener listener) {
        Map<Integer, Position> after = range.from() instanceof StartPosition.Resume resume ? resume.after() : Map.of();
        Reader reader = new Reader(after, range.to(), listener);
        readers.add(reader);
        return CompletableFuture.completedFuture(reader);
    }

    private final class Reader implements StreamReader {
        private final Map<Integer, Position> after;
        private final StreamListener listener;
        private final EndPosition end;
        private final int[] next = new int[partitions.size()];
        private boolean ended;
        private int requested;

        Reader(Map<Integer, Position> after, EndPosition to, StreamListener listener) {
            this.after = after;
            this.end = to instanceof EndPosition.Now ? endOfNow() : to;
            this.listener = listener;
            for (int i = 0; i < next.length; i++) {
                Position begin = after.getOrDefault(i, Position.START);
                while (next[i] < partitions.get(i).size() && !position(next[i]).isBehind(begin)) {
                    next[i]++;
                }
            }
        }

        private EndPosition endOfNow() {
            atNow = byPartition();
            Map<Integer, Position> through = new HashMap<>();
            for (int i = 0; i < next.length; i++) {
                int size = partitions.get(i).size();
                through.put(i, size == 0 ? Position.START : position(size - 1));
            }
            return new EndPosition.Fixed(0, through);
        }

        boolean hasMore() {
            boolean atEnd = end instanceof EndPosition.Fixed && !ended;
            return requested > 0 && (atEnd || partitionsWithMore().length > 0);
        }

        private boolean isInRange(int index) {
            return !(end instanceof EndPosition.Fixed fixed)
                    || !position(next[index]).isBehind(fixed.through().getOrDefault(index, Position.START));
        }

        private int[] partitionsWithMore() {
            return IntStream.range(0, next.length)
                    .filter(i -> next[i] < partitions.get(i).size() && isInRange(i))
                    .toArray();
        }

        void readOne(Random random) {
            int[] more = partitionsWithMore();
            if (more.length == 0) {
                ended = true;
                listener.onEnded(new Ended());
                return;
            }
            int index = more[random.nextInt(more.length)];
            requested--;
            listener.onMessage(partitions.get(index).get(next[index]++));
        }

        @Override
        public StartPosition.Resume start() {
            return new StartPosition.Resume(0, after);
        }

        @Override
        public EndPosition end() {
            return end;
        }

        @Override
        public void pace(ReplayPace pace) {}

        @Override
        public void request(int messages) {
            requested += messages;
        }

        @Override
        public void close() {
            readers.remove(this);
        }
    }
}
