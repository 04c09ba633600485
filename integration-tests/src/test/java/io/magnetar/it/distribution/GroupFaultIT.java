package io.magnetar.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A group that shares a stream loses nothing and keeps the order of every key while its members come, go and die and the broker is
 * killed; what comes twice was on its way to one that died, and is counted. A range that is being replayed then ends where it should.
 * {@code -Dmagnetar.group.rounds} says how often, {@code -Dmagnetar.group.messages} how many messages each round has.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS)
class GroupFaultIT {
    private static final int ROUNDS = Integer.getInteger("magnetar.group.rounds", 1);
    private static final int DEVICES = 40;
    private static final int EACH = Integer.getInteger("magnetar.group.messages", 100_000) / DEVICES;
    private static final int CHANGES_PER_ROUND = 16;
    private static final int FEWEST_MEMBERS = 3;
    private static final int HELD_AT_DEATH = 5;
    /** A range is replayed within about so many seconds, so that the broker can die meanwhile. */
    private static final int RANGE_SECONDS = 8;

    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Deque<ChurningMember> members = new ArrayDeque<>();
    private int changes;
    private int deaths;

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void losesNothingWhenMembersAndTheBrokerDie() throws Exception {
        try (Standalone standalone = new Standalone("group-kill", "--no-functions").start()) {
            for (int i = 1; i <= ROUNDS; i++) {
                StreamRound filled = new StreamRound(standalone, "range-" + i, DEVICES, EACH);
                filled.publish(threads).get(PATIENCE.toMinutes(), TimeUnit.MINUTES);
                StreamAccount replayed = filled.account();
                try (RangeReader range = RangeReader.open(
                        standalone.mqttPort(),
                        "range-" + i,
                        filled.filter(),
                        filled.messages() / RANGE_SECONDS,
                        replayed)) {
                    share(
                            standalone,
                            i,
                            () -> assertThat(replayed.different())
                                    .as("messages of the range, when the broker dies")
                                    .isBetween(1, filled.messages() - 1));
                    awaitUntil(range::hasEnded);
                    assertThat(replayed.isWhole())
                            .as("all of the range has come")
                            .isTrue();
                    range.verifyEnd(filled.messages());
                }
            }
        }
    }

    /** @param atDeath is asked when the broker is about to die */
    private void share(Standalone standalone, int i, Runnable atDeath) throws Exception {
        StreamRound round = new StreamRound(standalone, "group-" + i, DEVICES, EACH);
        String filter = "$share/workers/$s/earliest/" + round.filter();
        GroupAccount account = new GroupAccount(round.publishers(), EACH);
        deaths = 0;
        for (int member = 0; member < FEWEST_MEMBERS; member++) {
            come(standalone, filter, account);
        }
        CompletableFuture<Void> published = round.publish(threads);
        churnUntil(account, round.messages() / 4, standalone, filter);
        assertThat(account.isWhole()).as("all consumed, when the broker dies").isFalse();
        atDeath.run();
        long givenBack = standalone.status().counter("streamGroupMessagesGivenBack");
        account.brokerDies();
        members.forEach(ChurningMember::brokerDies);
        standalone.kill();
        for (ChurningMember member : members) {
            member.close();
        }
        standalone.start();
        for (int member = members.size(); member > 0; member--) {
            members.add(members.remove().again(standalone.mqttPort()));
        }
        churnUntil(account, round.messages(), standalone, filter);
        published.get(PATIENCE.toMinutes(), TimeUnit.MINUTES);
        awaitUntil(() -> backlog(standalone, "group-" + i) == 0);
        givenBack += standalone.status().counter("streamGroupMessagesGivenBack");
        for (ChurningMember member : members) {
            member.leave();
        }
        members.clear();
        round.verifyWhatIsKept();
        assertThat(account.isWhole()).isTrue();
        assertThat(account.afterMembers())
                .as("came again after the death of a member, of those that are counted as given back")
                .isLessThanOrEqualTo(Math.toIntExact(givenBack));
        System.out.printf(
                "group, round %d of %d: %d members died and the broker; of %d messages none lost, %d came again for members "
                        + "(%d counted as given back), %d for the broker%n",
                i, ROUNDS, deaths, round.messages(), account.afterMembers(), givenBack, account.afterBrokers());
    }

    /** Members come, die, come and go whenever some more has come, until so many have. */
    private void churnUntil(GroupAccount account, int messages, Standalone standalone, String filter)
            throws MqttException {
        while (account.different() < messages) {
            int next = Math.min(messages, account.different() + messages / CHANGES_PER_ROUND);
            awaitUntil(() -> account.different() >= next);
            switch (changes++ % 4) {
                case 1 -> die(account, messages / CHANGES_PER_ROUND);
                case 3 -> members.remove().leave();
                default -> come(standalone, filter, account);
            }
        }
    }

    /** Every other member has a durable session. */
    private void come(Standalone standalone, String filter, GroupAccount account) throws MqttException {
        int number = changes + members.size();
        members.add(ChurningMember.open(
                standalone.mqttPort(), "member-" + System.nanoTime() + "-" + number, number % 2 == 0, filter, account));
    }

    /** The oldest member dies with some messages, unless the others have had all by then. */
    private void die(GroupAccount account, int soon) throws MqttException {
        ChurningMember dying = members.remove();
        dying.hold();
        int before = account.different();
        awaitUntil(() -> dying.held() >= HELD_AT_DEATH || account.different() > before + soon || account.isWhole());
        dying.die();
        deaths++;
    }

    private static long backlog(Standalone standalone, String stream) {
        try (PulsarAdmin admin =
                PulsarAdmin.builder().serviceHttpUrl(standalone.adminUrl()).build()) {
            return Objects.requireNonNull(admin.topics()
                            .getPartitionedStats("persistent://public/streams/" + stream, false)
                            .getSubscriptions()
                            .get("workers"))
                    .getMsgBacklog();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitUntil(BooleanSupplier condition) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(condition::getAsBoolean);
    }
}
