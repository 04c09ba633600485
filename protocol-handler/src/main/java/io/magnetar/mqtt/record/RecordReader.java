package io.magnetar.mqtt.record;

import io.magnetar.message.MessageProperties;
import io.magnetar.message.PublishMark;
import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.StreamOptions;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.record.SessionProgress.DeliveryRecord;
import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import io.magnetar.stream.EndPosition;
import io.magnetar.stream.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link RecordWriter} wrote.
 *
 * <p>Thread: the caller's; used once.
 */
public final class RecordReader {
    private static final int OLDEST_VERSION = 1;
    /** The version of records that have the offset of a stream beside its filter. */
    private static final int WITH_STREAM_OFFSETS = 2;
    /** The version of records that have what groups have lent. */
    private static final int WITH_LOANS = 3;
    /** The version of progress that tells its session's epoch, and the publishes that some logs have by their fingerprints. */
    private static final int WITH_EPOCH = 4;
    /** The version of records that tell where a session is in streams. */
    private static final int WITH_STREAMS = 5;

    /** The version of records that name what is on its way behind what was examined, and not what is done. */
    private static final int WITH_EXAMINED = 6;

    /** The version of records that tell where a session's reading of a stream ends, and how much of it was sent. */
    private static final int WITH_ENDS = 7;
    /** The version of records that tell what subscriptions owed before they were changed. */
    private static final int WITH_OWING = 7;
    /** The version of progress that names the retained messages that are on their way. */
    private static final int WITH_RETAINED = 8;

    /** The version of records that tell how fast a stream is read. */
    private static final int WITH_PACE = 8;

    /** The version of progress that tells how far a session has come with the retained messages of new subscriptions. */
    private static final int WITH_WALKS = 9;

    private final byte[] in;
    private final int version;
    private int index;

    private RecordReader(byte[] in) {
        this.in = in;
        version = next();
        if (version < OLDEST_VERSION || version > RecordWriter.VERSION) {
            throw new IllegalArgumentException("the record has version " + in[0] + ", " + RecordWriter.VERSION
                    + " is known: another Magnetar has written it");
        }
    }

    /** @throws IllegalArgumentException when the bytes are no definition of a version that is known */
    public static SessionDefinition definition(byte[] bytes) {
        return read(
                bytes,
                reader -> new SessionDefinition(
                        reader.number(),
                        reader.number(),
                        reader.number(),
                        reader.list(reader::subscription),
                        reader.flag() ? reader.will() : null));
    }

    /**
     * The progress of the session with this epoch: none when the record is another's, which was to be deleted.
     *
     * @throws IllegalArgumentException when the bytes are no progress of a version that is known
     */
    public static SessionProgress progress(long epoch, byte[] bytes) {
        return read(
                bytes,
                reader -> reader.version < WITH_EPOCH || reader.number() == epoch
                        ? reader.progress()
                        : SessionProgress.NONE);
    }

    private SessionProgress progress() {
        return new SessionProgress(
                partitions(),
                list(this::integer),
                number(),
                list(this::integer),
                inLogs(),
                version < WITH_LOANS ? List.of() : list(this::lent),
                version < WITH_RETAINED ? List.of() : list(this::retained),
                version < WITH_WALKS ? List.of() : list(this::walk),
                version < WITH_STREAMS ? Map.of() : streams());
    }

    /** @throws IllegalArgumentException when the bytes are no record of a group of a version that is known */
    public static GroupRecord group(byte[] bytes) {
        return read(
                bytes,
                reader -> new GroupRecord(
                        reader.number(), reader.version < WITH_EXAMINED ? 0 : reader.number(), reader.partitions()));
    }

    private interface Body<T> {
        T read(RecordReader reader);
    }

    private static <T> T read(byte[] bytes, Body<T> body) {
        try {
            return body.read(new RecordReader(bytes));
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("the record is cut off", e);
        }
    }

    private Map<Integer, PartitionProgress> partitions() {
        return map(this::partition);
    }

    private Map<String, StreamProgress> streams() {
        Map<String, StreamProgress> streams = new HashMap<>();
        for (int left = integer(); left > 0; left--) {
            streams.put(text(), new StreamProgress(number(), partitions(), version < WITH_ENDS ? 0 : number()));
        }
        return streams;
    }

    private PartitionProgress partition() {
        Position cursor = position();
        if (version >= WITH_EXAMINED) {
            return new PartitionProgress(cursor, position(), list(this::delivery));
        }
        List<DeliveryRecord> deliveries = list(this::delivery);
        Position examined = deliveries.isEmpty()
                ? cursor
                : deliveries.get(deliveries.size() - 1).position();
        return new PartitionProgress(
                cursor,
                examined,
                deliveries.stream()
                        .filter(delivery -> delivery.packetId() != DeliveryRecord.DONE)
                        .toList());
    }

    private Map<Integer, InLogs> inLogs() {
        Map<Integer, InLogs> inLogs = new HashMap<>();
        for (int left = integer(); left > 0; left--) {
            int packetId = integer();
            long fingerprint = version < WITH_EPOCH ? 0 : number();
            inLogs.put(packetId, new InLogs(fingerprint, Set.copyOf(list(this::text))));
        }
        return inLogs;
    }

    private LentRecord lent() {
        return new LentRecord(text(), integer(), position(), integer(), flag(), integer());
    }

    private RetainedWalkRecord walk() {
        return new RetainedWalkRecord(text(), text(), number());
    }

    private RetainedRecord retained() {
        return new RetainedRecord(text(), number(), Qos.of(integer()), integer(), integer());
    }

    private DeliveryRecord delivery() {
        return new DeliveryRecord(position(), Qos.of(integer()), integer());
    }

    private SubscriptionRecord subscription() {
        Subscribe.Request request = new Subscribe.Request(
                text(),
                Qos.of(integer()),
                flag(),
                flag(),
                integer(),
                version >= WITH_STREAM_OFFSETS ? streamOptions() : StreamOptions.NONE);
        return new SubscriptionRecord(
                request,
                integer(),
                version >= WITH_OWING ? list(this::owing) : owingSince(request, list(this::position)),
                version >= WITH_STREAMS && flag() ? streamStart() : null);
    }

    private Owing owing() {
        return new Owing(Qos.of(integer()), flag(), list(this::position), number(), untilMicros(number()));
    }

    private static long untilMicros(long recorded) {
        return recorded == 0 ? Owing.OPEN : recorded;
    }

    private static List<Owing> owingSince(Subscribe.Request request, List<Position> starts) {
        return starts.isEmpty()
                ? List.of()
                : List.of(new Owing(request.qos(), request.noLocal(), starts, 0, Owing.OPEN));
    }

    private StreamOptions streamOptions() {
        boolean hasMore = version >= WITH_STREAMS;
        boolean hasPace = version >= WITH_PACE;
        return new StreamOptions(
                optional(),
                hasMore ? optional() : null,
                hasMore ? optional() : null,
                hasPace ? optional() : null,
                hasPace ? optional() : null);
    }

    private StreamStart streamStart() {
        return new StreamStart(
                number(),
                number(),
                map(this::position),
                version >= WITH_ENDS && flag() ? new EndPosition.Fixed(number(), map(this::position)) : null);
    }

    private WillRecord will() {
        Connect.Will will =
                new Connect.Will(text(), bytes(), Qos.of(integer()), flag(), number(), number(), properties());
        String username = optional();
        PublishMark mark = PublishMark.parse(text())
                .orElseThrow(() -> new IllegalArgumentException("the mark of a recorded will is malformed"));
        return new WillRecord(will, username, mark, number());
    }

    private MessageProperties properties() {
        return new MessageProperties(
                flag(),
                number(),
                optional(),
                optional(),
                flag() ? bytes() : null,
                list(() -> new UserProperty(text(), text())));
    }

    private Position position() {
        return new Position(number(), number(), integer());
    }

    private <T> Map<Integer, T> map(Supplier<T> value) {
        Map<Integer, T> map = new HashMap<>();
        for (int left = integer(); left > 0; left--) {
            map.put(integer(), value.get());
        }
        return map;
    }

    private <T> List<T> list(Supplier<T> element) {
        List<T> list = new ArrayList<>();
        for (int left = integer(); left > 0; left--) {
            list.add(element.get());
        }
        return list;
    }

    private int integer() {
        return (int) number();
    }

    private long number() {
        long value = 0;
        int shift = 0;
        int digit;
        do {
            digit = next();
            value |= (long) (digit & 0x7F) << shift;
            shift += 7;
        } while ((digit & 0x80) != 0);
        return (value >>> 1) ^ -(value & 1);
    }

    private boolean flag() {
        return next() != 0;
    }

    private @Nullable String optional() {
        return flag() ? text() : null;
    }

    private String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    private byte[] bytes() {
        int length = integer();
        if (length < 0 || length > in.length - index) {
            throw new IndexOutOfBoundsException(length);
        }
        index += length;
        return Arrays.copyOfRange(in, index - length, index);
    }

    private int next() {
        return in[index++] & 0xFF;
    }
}
