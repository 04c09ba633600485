package io.magnetar.mqtt.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecordReaderTest {
    private static final Position START = new Position(-1, -1, -1);
    private static final Position LATER = new Position(Long.MAX_VALUE, 123_456_789L, 9_999);

    private static SessionDefinition definition() {
        MessageProperties properties = new MessageProperties(
                true, 42, "text/plain", "answers/here", new byte[] {0, -1}, List.of(new UserProperty("ä", "")));
        Connect.Will will =
                new Connect.Will("will/topic", new byte[] {1, 2, 3}, Qos.EXACTLY_ONCE, true, 5, -1, properties);
        return new SessionDefinition(
                1_700_000_000_000_000L,
                SessionDefinition.NEVER_EXPIRES,
                SessionDefinition.CONNECTED,
                List.of(
                        new SubscriptionRecord(
                                new Subscribe.Request("a/+/#", Qos.AT_LEAST_ONCE, true, true, 2),
                                268_435_455,
                                List.of(
                                        new Owing(
                                                Qos.EXACTLY_ONCE,
                                                false,
                                                List.of(START, LATER),
                                                0,
                                                1_700_000_000_000_002L),
                                        new Owing(Qos.AT_LEAST_ONCE, true, List.of(LATER, START), 3, Owing.OPEN)),
                                null),
                        new SubscriptionRecord(
                                new Subscribe.Request(
                                        "$s/earliest/b",
                                        Qos.AT_MOST_ONCE,
                                        false,
                                        false,
                                        0,
                                        new StreamOptions("latest", "true", "", "x10", "5")),
                                Subscribe.NO_ID,
                                List.of(),
                                new StreamStart(
                                        1_700_000_000_000_001L,
                                        5,
                                        Map.of(0, START, 7, LATER),
                                        new EndPosition.Fixed(9, Map.of(7, LATER))))),
                new WillRecord(will, null, new PublishMark(1, 2, 0), WillRecord.WHEN_THE_CONNECTION_ENDS));
    }

    @Test
    void readsADefinitionAsItWasWritten() {
        SessionDefinition read = RecordReader.definition(RecordWriter.write(definition()));

        assertThat(read).usingRecursiveComparison().isEqualTo(definition());
    }

    @Test
    void readsAProgressAsItWasWritten() {
        SessionProgress progress = new SessionProgress(
                Map.of(
                        0,
                        PartitionProgress.behind(START),
                        3,
                        new PartitionProgress(
                                START,
                                LATER,
                                List.of(
                                        new DeliveryRecord(LATER, Qos.EXACTLY_ONCE, 65_535),
                                        new DeliveryRecord(START, Qos.AT_LEAST_ONCE, DeliveryRecord.DONE)))),
                List.of(7, 1),
                99,
                List.of(2),
                Map.of(5, new InLogs(InLogs.fingerprint("a", new byte[] {1}), Set.of("persistent://a/streams/b"))),
                List.of(
                        new LentRecord("$share/g/a/+", 3, LATER, 9, true, 268_435_455),
                        new LentRecord("$share/h/ä", 0, START, LentRecord.DONE, false, 0)),
                List.of(new RetainedRecord("a/ä", 1_700_000_000_000_001L, Qos.AT_LEAST_ONCE, 7, 268_435_455)),
                List.of(
                        new RetainedWalkRecord("a/#", "a/ä\0", 1_700_000_000_000_001L),
                        new RetainedWalkRecord("+", "", RetainedWalkRecord.NOT_BEGUN)),
                Map.of(
                        "$s//b/ä",
                        new StreamProgress(
                                1_700_000_000_000_001L,
                                Map.of(
                                        7,
                                        new PartitionProgress(
                                                START, LATER, List.of(new DeliveryRecord(LATER, Qos.EXACTLY_ONCE, 3)))),
                                12)));

        byte[] written = RecordWriter.write(17, progress);

        assertThat(RecordReader.progress(17, written)).isEqualTo(progress);
        assertThat(RecordReader.progress(18, written)).as("of a later session").isEqualTo(SessionProgress.NONE);
    }

    @Test
    void readsAGroupAsItWasWritten() {
        GroupRecord group = new GroupRecord(
                1_700_000_000_000L,
                1_700_000_000_000_001L,
                Map.of(
                        2,
                        new PartitionProgress(START, LATER, List.of(new DeliveryRecord(LATER, Qos.AT_LEAST_ONCE, 1)))));

        assertThat(RecordReader.group(RecordWriter.write(group))).isEqualTo(group);
    }

    @Test
    void readsProgressesOfTheVersionsBefore() {
        assertThat(RecordReader.progress(17, new byte[] {2, 0, 0, 0, 0, 0})).isEqualTo(SessionProgress.NONE);
        assertThat(RecordReader.progress(17, new byte[] {3, 0, 0, 0, 0, 0, 0})).isEqualTo(SessionProgress.NONE);
        assertThat(RecordReader.progress(17, new byte[] {4, 34, 0, 0, 0, 0, 0, 0}))
                .isEqualTo(SessionProgress.NONE);
        byte[] withStream = {6, 34, 0, 0, 0, 0, 0, 0, 2, 2, 'a', 10, 0};
        assertThat(RecordReader.progress(17, withStream).streams())
                .isEqualTo(Map.of("a", new StreamProgress(5, Map.of(), 0)));
    }

    @Test
    void readsADefinitionOfTheVersionBeforeEnds() {
        byte[] written = {6, 2, 4, 0, 2, 10, '$', 's', '/', '0', '/', 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 14, 6, 0, 0};

        assertThat(RecordReader.definition(written).subscriptions().get(0).stream())
                .isEqualTo(new StreamStart(7, 3, Map.of()));
    }

    @Test
    void readsASubscriptionOfTheVersionBefore() {
        byte[] written = {
            6,
            2,
            4,
            1, // epoch, expiry, connected
            2, // one subscription
            2,
            'a',
            2,
            1,
            0,
            0,
            0,
            0,
            0, // QoS 1, no local
            0, // without an identifier
            2,
            10,
            12,
            1, // starts behind 5:6:-1
            0,
            0 // no stream, no will
        };

        assertThat(RecordReader.definition(written).subscriptions())
                .containsExactly(new SubscriptionRecord(
                        new Subscribe.Request("a", Qos.AT_LEAST_ONCE, true, false, 0),
                        Subscribe.NO_ID,
                        List.of(new Owing(Qos.AT_LEAST_ONCE, true, List.of(new Position(5, 6, -1)), 0, Owing.OPEN)),
                        null));
    }

    @Test
    void refusesWhatIsCutOffAnywhere() {
        byte[] whole = RecordWriter.write(definition());

        for (int length = 1; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> RecordReader.definition(part)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesAVersionThatItDoesNotKnow() {
        byte[] newer = RecordWriter.write(1, SessionProgress.NONE);
        newer[0]++;

        assertThatThrownBy(() -> RecordReader.progress(1, newer))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another");
    }
}
