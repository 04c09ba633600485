package io.magnetar.mqtt.share;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.counters.Drop;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.session.SimulatedOwner;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Who gets a message, and what becomes of those that nobody can take. */
class SharedGroupTest {
    private static final String FILTER = "$share/workers/jobs/#";

    private final SimulatedOwner owner = new SimulatedOwner();
    private final Random random = new Random(1);

    private SimulatedMember join(SimulatedGroups groups, int receiveMaximum) {
        SimulatedMember member = groups.member(owner, ProtocolVersion.MQTT_5, receiveMaximum);
        member.join(FILTER, Qos.AT_LEAST_ONCE);
        return member;
    }

    private List<SimulatedMember> join(SimulatedGroups groups, int receiveMaximum, int count) {
        List<SimulatedMember> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            members.add(join(groups, receiveMaximum));
        }
        return members;
    }

    private boolean publish(SimulatedGroups groups, String topic, Qos qos, String text) {
        boolean[] keepsUp = new boolean[1];
        owner.runAs(() -> keepsUp[0] = groups.publish(topic, qos, text));
        return keepsUp[0];
    }

    private static Set<String> topics(SimulatedMember member) {
        return member.got.stream().map(SimulatedMember.Got::text).collect(Collectors.toSet());
    }

    @Test
    void stickyLeavesTheOthersStandingByUntilTheFirstIsFull() {
        SimulatedGroups groups = SimulatedGroups.with(SharedStrategy.STICKY);
        List<SimulatedMember> members = join(groups, 3, 2);

        for (int i = 0; i < 5; i++) {
            publish(groups, "jobs/x", Qos.AT_LEAST_ONCE, "" + i);
        }

        assertThat(members.get(0).got).hasSize(3);
        assertThat(members.get(1).got).hasSize(2);
    }

    @Test
    void hashTopicGivesAllMessagesOfATopicToOneMember() {
        SimulatedGroups groups = SimulatedGroups.with(SharedStrategy.HASH_TOPIC);
        List<SimulatedMember> members = join(groups, 1_000, 4);

        for (int i = 0; i < 300; i++) {
            String topic = "jobs/" + i % 30;
            publish(groups, topic, Qos.AT_LEAST_ONCE, topic);
        }

        assertThat(members).allSatisfy(member -> assertThat(member.got).isNotEmpty());
        assertThat(members.stream().mapToInt(member -> topics(member).size()).sum())
                .isEqualTo(30);
    }

    @Test
    void hashClientIdGivesAllMessagesOfAPublisherToOneMember() {
        SimulatedGroups groups = SimulatedGroups.with(SharedStrategy.HASH_CLIENT_ID);
        List<SimulatedMember> members = join(groups, 1_000, 4);

        for (int i = 0; i < 300; i++) {
            String clientId = "client-" + i % 30;
            Message message = new Message(
                    "jobs/" + i,
                    clientId.getBytes(UTF_8),
                    Qos.AT_LEAST_ONCE,
                    false,
                    MessageProperties.NONE,
                    new Publisher(new Namespace("one"), clientId, null),
                    0);
            owner.runAs(() -> groups.publish(message));
        }

        assertThat(members).allSatisfy(member -> assertThat(member.got).isNotEmpty());
        assertThat(members.stream().mapToInt(member -> topics(member).size()).sum())
                .isEqualTo(30);
    }

    @Test
    void leastInflightPrefersWhoAcknowledges() {
        SimulatedGroups groups = SimulatedGroups.with(SharedStrategy.LEAST_INFLIGHT);
        List<SimulatedMember> members = join(groups, 1_000, 2);

        for (int i = 0; i < 100; i++) {
            publish(groups, "jobs/x", Qos.AT_LEAST_ONCE, "" + i);
            members.get(0).acknowledge(random);
        }

        assertThat(members.get(0).got).hasSizeGreaterThan(90);
        assertThat(members.get(1).got).isNotEmpty();
    }

    @Test
    void aGroupMayHaveAStrategyOfItsOwn() {
        SimulatedGroups groups = new SimulatedGroups(
                SharedStrategies.parse("round-robin, workers=sticky").orElseThrow(), 100);
        List<SimulatedMember> members = join(groups, 100, 2);

        for (int i = 0; i < 10; i++) {
            publish(groups, "jobs/x", Qos.AT_LEAST_ONCE, "" + i);
        }

        assertThat(members.get(0).got).hasSize(10);
        assertThat(SharedStrategies.parse("round-robin,=sticky")).isEmpty();
        assertThat(SharedStrategies.parse("sticky,a=random")).isEmpty();
        assertThat(SharedStrategies.parse("a=sticky")).isEmpty();
    }

    @Test
    void passesOverAMemberThatDoesNotReadAtQos0AndDropsWhatNobodyReads() {
        SimulatedGroups groups = SimulatedGroups.with(SharedStrategy.ROUND_ROBIN);
        List<SimulatedMember> members = join(groups, 10, 2);
        members.get(0).block();

        for (int i = 0; i < 10; i++) {
            publish(groups, "jobs/x", Qos.AT_MOST_ONCE, "" + i);
            owner.runOne();
        }
        members.get(1).block();
        publish(groups, "jobs/x", Qos.AT_MOST_ONCE, "nobody reads");
        owner.runOne();

        assertThat(members.get(0).got).isEmpty();
        assertThat(members.get(1).got).hasSize(10);
        assertThat(groups.counters.drops().sum(Drop.OUTBOUND_BUFFER_FULL)).isEqualTo(1);
    }

    @Test
    void keepsWhatNobodyCanTakeUpToALimitAndSlowsItsPublishersDown() {
        SimulatedGroups groups = new SimulatedGroups(new SharedStrategies(SharedStrategy.ROUND_ROBIN, Map.of()), 10);
        SimulatedMember member = join(groups, 1);

        for (int i = 0; i < 12; i++) {
            boolean keepsUp = publish(groups, "jobs/x", Qos.AT_LEAST_ONCE, "" + i);
            assertThat(keepsUp).as("message %d", i).isEqualTo(i <= 5);
        }
        while (member.acknowledge(random)) {
            owner.runOne();
        }

        assertThat(member.got).hasSize(11);
        assertThat(groups.counters.drops().sum(Drop.GROUP_QUEUE_FULL)).isEqualTo(1);
    }

    @Test
    void endsWithItsLastMemberAndCountsWhatIsLostThen() {
        SimulatedGroups groups = SimulatedGroups.with(SharedStrategy.ROUND_ROBIN);
        SimulatedMember member = join(groups, 2);
        for (int i = 0; i < 5; i++) {
            publish(groups, "jobs/x", Qos.AT_LEAST_ONCE, "" + i);
        }

        member.end();
        SimulatedMember later = join(groups, 10);
        publish(groups, "jobs/x", Qos.AT_LEAST_ONCE, "new");

        assertThat(topics(later)).containsExactly("new");
        assertThat(groups.counters.drops().sum(Drop.GROUP_ENDED)).isEqualTo(5);
    }

    @Test
    void givesNothingToAnotherThatTheClientMayHaveAtQos2() { // [MQTT-4.8.2-5]
        SimulatedGroups groups = SimulatedGroups.with(SharedStrategy.STICKY);
        SimulatedMember leaving = groups.member(owner, ProtocolVersion.MQTT_5, 1);
        leaving.join(FILTER, Qos.EXACTLY_ONCE);
        publish(groups, "jobs/x", Qos.EXACTLY_ONCE, "sent");
        publish(groups, "jobs/x", Qos.EXACTLY_ONCE, "waits");
        SimulatedMember staying = groups.member(owner, ProtocolVersion.MQTT_5, 10);
        staying.join(FILTER, Qos.EXACTLY_ONCE);

        leaving.end();

        assertThat(topics(leaving)).containsExactly("sent");
        assertThat(topics(staying)).containsExactly("waits");
    }
}
