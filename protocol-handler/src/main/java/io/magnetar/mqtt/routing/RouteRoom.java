package io.magnetar.mqtt.routing;

/**
 * How many more routes the caches of one owner may remember together, beyond the few that each has room for at once.
 *
 * <p>Thread: one owner.
 */
public final class RouteRoom {
    private int places;

    /** @param places for how many routes, at least 0 */
    public RouteRoom(int places) {
        this.places = places;
    }

    boolean take(int wanted) {
        if (wanted > places) {
            return false;
        }
        places -= wanted;
        return true;
    }

    void giveBack(int taken) {
        places += taken;
    }
}
