package io.magnetar.mqtt.share;

/**
 * Notices that a group stands still: its members hold all that they may, and none is done with anything.
 *
 * <p>Thread: the group's owner; {@link #isNoticed} any.
 */
final class Standstill {
    /** How many ticks, about seconds, it is taken for slowness. */
    static final int PATIENT_TICKS = 30;

    private int ticks;
    private volatile boolean noticed;

    /** A member is done with something, or has come or gone. */
    void moved() {
        ticks = 0;
        noticed = false;
    }

    /**
     * To be called about every second.
     *
     * @param canDeal whether one more message could be dealt
     * @return true when it has just been noticed
     */
    boolean tick(boolean canDeal) {
        if (canDeal) {
            moved();
        } else if (!noticed && ++ticks >= PATIENT_TICKS) {
            noticed = true;
            return true;
        }
        return false;
    }

    boolean isNoticed() {
        return noticed;
    }
}
