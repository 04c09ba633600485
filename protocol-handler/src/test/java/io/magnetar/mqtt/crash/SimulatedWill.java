package io.magnetar.mqtt.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.message.MessageProperties;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.packet.Connect;
import java.util.Random;

/** The will of one connection, and what its client knows about it. */
final class SimulatedWill {
    final String text;
    private final Connect.Will will;
    private boolean accepted;
    private boolean cancelled;

    SimulatedWill(String clientId, int number, Random random) {
        this.text = clientId + "-will-" + number;
        long delaySeconds = random.nextBoolean() ? 0 : random.nextInt(4);
        this.will = new Connect.Will(
                clientId + "/will",
                text.getBytes(UTF_8),
                Qos.of(1 + random.nextInt(2)),
                false,
                delaySeconds,
                -1,
                MessageProperties.NONE);
    }

    Connect.Will will() {
        return will;
    }

    void accepted() {
        accepted = true;
    }

    /** DISCONNECT is on its way, and may arrive. */
    void cancelled() {
        cancelled = true;
    }

    /** It is published whatever came then, once its connection has ended. */
    boolean mustBePublished() {
        return accepted && !cancelled && will.delaySeconds() == 0;
    }
}
