package io.magnetar.mqtt.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.publish.PacketIdWindow.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketIdWindowTest {
    /** Identifiers are 1 to 65,535 and never in use twice, whatever the order of the answers [MQTT-2.2.1-4]. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1_000, 65_535})
    void neverGivesAnIdentifierThatIsInUse(int limit) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        PacketIdWindow window = new PacketIdWindow(limit);
        List<Integer> inUse = new ArrayList<>();
        boolean[] taken = new boolean[65_536];
        for (int step = 0; step < 300_000; step++) {
            if (!window.isFull() && (inUse.isEmpty() || random.nextInt(100) < 55)) {
                int packetId = window.take(State.AWAITS_PUBACK);
                assertThat(packetId).as("seed %d", seed).isBetween(1, 65_535);
                assertThat(taken[packetId]).as("seed %d, id %d", seed, packetId).isFalse();
                taken[packetId] = true;
                inUse.add(packetId);
            } else {
                int index = random.nextInt(inUse.size());
                int packetId = inUse.set(index, inUse.get(inUse.size() - 1));
                inUse.remove(inUse.size() - 1);
                assertThat(window.move(packetId, State.AWAITS_PUBACK, State.FREE))
                        .isTrue();
                taken[packetId] = false;
            }
            assertThat(window.inUse()).isEqualTo(inUse.size()).isLessThanOrEqualTo(limit);
        }
    }

    @Test
    void takesNoAnswerTwiceAndNoneForAnUnknownIdentifier() {
        PacketIdWindow window = new PacketIdWindow(10);
        int packetId = window.take(State.AWAITS_PUBREC);

        assertThat(window.move(packetId + 1, State.AWAITS_PUBREC, State.FREE)).isFalse();
        assertThat(window.move(packetId, State.AWAITS_PUBACK, State.FREE)).isFalse();
        assertThat(window.move(packetId, State.AWAITS_PUBREC, State.AWAITS_PUBCOMP))
                .isTrue();
        assertThat(window.move(packetId, State.AWAITS_PUBCOMP, State.FREE)).isTrue();
        assertThat(window.move(packetId, State.AWAITS_PUBCOMP, State.FREE)).isFalse();
        assertThat(window.inUse()).isZero();
    }
}
