package io.magnetar.mqtt.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.session.SimulatedOwner;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * One group, its members, and those that have left it. Messages are published to few topics; a text is the QoS that it was published
 * with, its topic's number and its own.
 *
 * <p>Thread: the simulation's.
 */
abstract class GroupWorld {
    static final String FILTER = "$share/workers/jobs/#";
    static final int TOPICS = 3;

    final Random random;
    final List<SimulatedMember> members = new ArrayList<>();
    final List<SimulatedMember> gone = new ArrayList<>();
    private int published;

    GroupWorld(Random random) {
        this.random = random;
    }

    abstract SimulatedGroups groups();

    /** The owners of members; those that the broker makes for itself come behind them. */
    abstract List<SimulatedOwner> owners();

    /** Lets something happen anywhere but at the clients. @return whether there was anything */
    abstract boolean work();

    /** Plays a scenario in many worlds. The seed of a failure is in its message. */
    static <W> void simulate(int rounds, SharedStrategy strategy, LongFunction<W> world, Consumer<W> scenario) {
        for (int round = 0; round < rounds; round++) {
            long seed = System.nanoTime();
            try {
                scenario.accept(world.apply(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", " + strategy.label(), e);
            }
        }
    }

    SimulatedOwner anyOwner() {
        return owners().get(random.nextInt(TOPICS));
    }

    SimulatedMember anyMember() {
        return members.get(random.nextInt(members.size()));
    }

    SimulatedMember join(int receiveMaximum, Qos qos) {
        ProtocolVersion version = random.nextBoolean() ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1;
        SimulatedMember member = groups().member(anyOwner(), version, receiveMaximum);
        member.join(FILTER, qos);
        members.add(member);
        return member;
    }

    /** A member goes: some say so before. */
    void leave(SimulatedMember leaving) {
        members.remove(leaving);
        if (random.nextBoolean()) {
            leaving.leave(FILTER);
            leaving.acknowledge(random);
        }
        leaving.end();
        gone.add(leaving);
    }

    String nextText(Qos qos, int topic) {
        return qos.value() + " " + topic + " " + published++;
    }

    boolean runOwners() {
        boolean worked = false;
        for (SimulatedOwner owner : List.copyOf(owners())) {
            worked |= owner.runOne();
        }
        return worked;
    }

    /** All that is under way comes to its end. */
    void settle() {
        boolean busy = true;
        while (busy) {
            busy = work();
            for (SimulatedMember member : members) {
                busy |= member.acknowledge(random);
            }
        }
    }

    /** How often each text came. */
    Map<String, Integer> copies() {
        Map<String, Integer> copies = new HashMap<>();
        List<SimulatedMember> all = new ArrayList<>(members);
        all.addAll(gone);
        all.forEach(member -> member.got.forEach(got -> copies.merge(got.text(), 1, Integer::sum)));
        return copies;
    }

    /** Each promised text once, and once more for each QoS 1 delivery that its receiver had not acknowledged when it left. */
    Map<String, Integer> expected(Collection<String> promised) {
        Map<String, Integer> expected = new HashMap<>();
        promised.forEach(text -> expected.put(text, 1));
        for (SimulatedMember left : gone) {
            left.unacknowledged.values().stream()
                    .filter(got -> got.qos() == Qos.AT_LEAST_ONCE)
                    .forEach(got -> expected.merge(got.text(), 1, Integer::sum));
        }
        return expected;
    }

    /** Each member got the messages of one QoS of each topic in their order. */
    void inOrder() {
        members.forEach(member -> {
            Map<String, List<Integer>> numbers = new HashMap<>();
            for (SimulatedMember.Got got : member.got) {
                int space = got.text().lastIndexOf(' ');
                numbers.computeIfAbsent(got.text().substring(0, space), qosAndTopic -> new ArrayList<>())
                        .add(Integer.parseInt(got.text().substring(space + 1)));
            }
            assertThat(numbers.values())
                    .allSatisfy(list -> assertThat(list).isSortedAccordingTo(Comparator.naturalOrder()));
        });
    }
}
