package io.magnetar.mqtt.crash;

import java.time.Instant;
import java.time.InstantSource;

/** Time that passes when the simulation says so, also while no broker runs. */
public final class VirtualTime implements InstantSource {
    private long millis = 1_700_000_000_000L;

    void pass(long passed) {
        millis += passed;
    }

    @Override
    public long millis() {
        return millis;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis);
    }
}
