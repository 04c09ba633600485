package io.magnetar.mqtt.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.record.GroupRecord;
import io.magnetar.mqtt.record.RecordReader;
import io.magnetar.mqtt.record.RecordWriter;
import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import io.magnetar.mqtt.session.RecordKey;
import io.magnetar.mqtt.session.SessionKey;
import io.magnetar.stream.Position;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Records of groups that a broker has left behind and that the next one has no use for. */
class UselessGroupRecordTest {
    private static final String GROUP = "$share/g/shared/+";
    private static final byte[] UNREADABLE = {99, 1, 2, 3};

    private final Scene scene = new Scene();
    private final DurableClient publisher = scene.client("publisher", "nothing");
    private final DurableClient member = scene.client("member", GROUP);
    private final RecordKey key =
            new RecordKey(RecordKey.Kind.GROUP, new SessionKey(scene.namespace, member.always.filter));

    private void publish(int messages) {
        for (int i = 0; i < messages; i++) {
            publisher.publish(member.always, "one", Qos.AT_LEAST_ONCE, 0);
            scene.settle();
        }
    }

    private List<String> arrived() {
        return member.received.values().stream().flatMap(List::stream).toList();
    }

    @Test
    void thatOfAGroupThatNobodyIsInIsDeleted() {
        scene.records.put(
                key,
                RecordWriter.write(new GroupRecord(1, 0, Map.of(0, PartitionProgress.behind(new Position(1, 0, -1))))));

        scene.restart();

        assertThat(scene.records.get(key)).isEmpty();
    }

    @Test
    void thatOfAGroupThatNobodyIsInIsDeletedThoughNoSessionIsLeftInTheNamespaceEither() {
        scene.records.put(key, UNREADABLE);

        scene.restart();

        assertThat(scene.records.get(key)).isEmpty();
    }

    @Test
    void aGroupWhoseMembersHaveAllUnsubscribedLeavesNone() {
        scene.connectAndSubscribe(member);
        assertThat(scene.records.get(key)).isPresent();

        member.unsubscribe();
        scene.settle();

        assertThat(scene.records.get(key)).isEmpty();
    }

    @Test
    void aGroupWhoseRecordCannotBeReadBeginsAnewAndIsRecordedSo() {
        scene.connectAndSubscribe(member);
        scene.connect(publisher);
        publish(1);
        scene.lose(member);
        publish(2);
        scene.lose(publisher);
        scene.records.put(key, UNREADABLE);

        scene.restart();

        assertThat(scene.records.get(key))
                .hasValueSatisfying(record ->
                        assertThatCode(() -> RecordReader.group(record)).doesNotThrowAnyException());
        scene.connect(publisher);
        publish(2);
        scene.connect(member);
        assertThat(arrived())
                .as("what was published before the broker died cannot be known any more")
                .containsExactly("publisher-0", "publisher-3", "publisher-4");
    }
}
