package io.magnetar.mqtt.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.record.LentRecord;
import io.magnetar.stream.Position;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a group begins to be kept and ends to be, and what becomes of it when its members do not acknowledge. */
class KeptGroupTest {
    private static final long SEED = 1;

    private static KeptWorld kept() {
        return KeptWorld.kept(SEED, SharedStrategy.ROUND_ROBIN);
    }

    private static void workUntilQuiet(KeptWorld world) {
        boolean busy = true;
        while (busy) {
            busy = world.work();
        }
    }

    @Test
    void othersGoOnThoughOneMemberNeverAcknowledges() {
        KeptWorld world = kept();
        SimulatedMember silent = world.join(3, Qos.AT_LEAST_ONCE);
        SimulatedMember other = world.join(10, Qos.AT_LEAST_ONCE);
        int messages = 6_000;

        for (int i = 0; i < messages; i++) {
            world.publish(Qos.AT_LEAST_ONCE);
            workUntilQuiet(world);
            other.acknowledge(world.random);
        }
        for (int i = 0; i < 3; i++) {
            boolean busy = true;
            while (busy) {
                busy = world.work();
                busy |= other.acknowledge(world.random);
            }
            world.tick();
        }

        assertThat(other.got).hasSize(messages - silent.got.size());
        assertThat(world.groups().groups().countStopped(KeptWorld.NAMESPACE)).isZero();

        world.crash();
        world.drain();

        assertThat(world.copies()).containsOnlyKeys(world.promised);
        assertThat(world.members.get(0).got).as("what came again").hasSizeLessThan(100);
    }

    @Test
    void aGroupThatStandsStillIsCountedOnceUntilAMemberAcknowledges() {
        KeptWorld world = kept();
        SimulatedMember silent = world.join(1, Qos.AT_LEAST_ONCE);
        world.publish(Qos.AT_LEAST_ONCE);
        world.publish(Qos.AT_LEAST_ONCE);

        for (int second = 0; second < 3 * Standstill.PATIENT_TICKS; second++) {
            workUntilQuiet(world);
            assertThat(world.groups().groups().countStopped(KeptWorld.NAMESPACE))
                    .isEqualTo(second < Standstill.PATIENT_TICKS ? 0 : 1);
            world.tick();
        }
        assertThat(world.groups().counters.get(Counter.GROUPS_STOPPED)).isEqualTo(1);

        silent.acknowledge(world.random);
        workUntilQuiet(world);

        assertThat(world.groups().groups().countStopped(KeptWorld.NAMESPACE)).isZero();
        assertThat(silent.got).hasSize(2);
    }

    @Test
    void aGroupThatWasWithoutMembersForLongerThanMessagesAreKeptIsCounted() {
        KeptWorld world = kept();

        world.crashWithoutMembersSince(SimulatedGroups.RETENTION_MILLIS / 2);
        assertThat(backlogsCutOnceAMemberComes(world)).isZero();
        world.crashWithoutMembersSince(2 * SimulatedGroups.RETENTION_MILLIS);
        assertThat(backlogsCutOnceAMemberComes(world)).isOne();
    }

    private static long backlogsCutOnceAMemberComes(KeptWorld world) {
        world.join(1, Qos.AT_LEAST_ONCE);
        workUntilQuiet(world);
        return world.groups().counters.get(Counter.GROUP_BACKLOGS_CUT);
    }

    /** It is owed to somebody else, too, so the log has it, behind where the group begins. */
    private static void publishLiveWhileTheGroupBegins(KeptWorld world, Qos qos, boolean retain) {
        world.records.hold();
        CompletableFuture<Void> keeping = world.keep();
        workUntilQuiet(world);
        Message message = world.message(0, qos, retain, world.groups().nextMicros());
        world.anyOwner().runAs(() -> world.groups().publish(message));
        world.append(message);
        workUntilQuiet(world);
        world.records.letGo();
        world.await(keeping);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWentOutLiveDoesNotComeAgainFromTheLog(boolean retain) {
        KeptWorld world = KeptWorld.live(SEED, SharedStrategy.ROUND_ROBIN);
        world.join(10, Qos.EXACTLY_ONCE);

        publishLiveWhileTheGroupBegins(world, Qos.EXACTLY_ONCE, retain);
        world.publish(Qos.EXACTLY_ONCE);
        world.drain();

        assertThat(world.copies()).isEqualTo(world.expected(world.promised));
    }

    @Test
    void whatWentOutLiveDoesNotComeAgainAfterTheDeathOfTheBroker() {
        KeptWorld world = KeptWorld.live(SEED, SharedStrategy.ROUND_ROBIN);
        world.join(10, Qos.EXACTLY_ONCE).block();
        world.join(10, Qos.EXACTLY_ONCE);

        publishLiveWhileTheGroupBegins(world, Qos.EXACTLY_ONCE, false);
        while (world.records.saved().liveUntilMicros() == 0) {
            assertThat(world.work()).isTrue();
        }
        world.crash();
        world.drain();

        assertThat(world.copies()).isEqualTo(world.expected(world.promised));
    }

    @Test
    void aGroupThatWasPromisedStaysRecordedWhateverBecameOfItBefore() {
        GroupWorld.simulate(
                300,
                SharedStrategy.ROUND_ROBIN,
                seed -> KeptWorld.live(seed, SharedStrategy.ROUND_ROBIN),
                KeptGroupTest::keepAndRelease);
    }

    private static void keepAndRelease(KeptWorld world) {
        Random random = world.random;
        CompletableFuture<Void> kept = null;
        if (random.nextBoolean()) {
            world.join(1, Qos.AT_LEAST_ONCE);
        }
        world.records.failNowAndThen();
        for (int step = 0; step < 300; step++) {
            int choice = random.nextInt(20);
            if (choice == 0) {
                world.release();
                kept = null;
            } else if (choice == 1 && kept == null) {
                kept = world.keep();
            } else {
                world.work();
            }
            if (kept != null && kept.isCompletedExceptionally()) {
                world.release();
                kept = null;
            }
            if (kept != null && kept.isDone()) {
                assertThat(world.records.isEmpty())
                        .as("what was promised is recorded")
                        .isFalse();
            }
        }
        world.release();
        workUntilQuiet(world);
        assertThat(world.records.isEmpty()).as("nobody wants it any more").isTrue();
    }

    @Test
    void whoWaitsForARecordGoesOnWhenTheGroupHasEnded() {
        KeptWorld world = KeptWorld.live(SEED, SharedStrategy.ROUND_ROBIN);
        world.await(world.keep());
        workUntilQuiet(world);
        AtomicInteger told = new AtomicInteger();
        LentRecord lent = new LentRecord(GroupWorld.FILTER, 0, new Position(1, 0, -1), 7, false, 0);

        world.records.hold();
        world.groups().groups().claim(KeptWorld.NAMESPACE, lent, told::incrementAndGet);
        world.release();
        workUntilQuiet(world);

        assertThat(told)
                .as("a broker that starts again would still find the record")
                .hasValue(0);
        world.records.letGo();
        workUntilQuiet(world);
        assertThat(told).hasValue(1);
        assertThat(world.records.isEmpty()).isTrue();
    }
}
