package io.magnetar.bench.wire;

/** The protocol versions that the generator speaks. Thread: immutable. */
public enum MqttVersion {
    V3_1_1(4),
    V5(5);

    private final int level;

    MqttVersion(int level) {
        this.level = level;
    }

    /** The protocol level byte of CONNECT. */
    int level() {
        return level;
    }

    /** Whether packets carry properties and reason codes. */
    public boolean hasProperties() {
        return this == V5;
    }
}
