package io.magnetar.mqtt.crash;

import io.magnetar.mqtt.share.SharedFilter;

/** What a client knows of one of its subscriptions, whose filter has at most one wildcard, a {@code +} in the end. */
final class Interest {
    final String filter;
    private boolean on;
    private boolean off = true;
    private int changes;
    /** The packet id of the SUBSCRIBE or UNSUBSCRIBE that is not answered, 0 for none. */
    private int asked;

    private boolean asksToEnd;

    Interest(String filter) {
        this.filter = filter;
    }

    /** A topic of it. */
    String topic(String last) {
        String ordinary = SharedFilter.isShared(filter)
                ? SharedFilter.parse(filter).filter().value()
                : filter;
        return ordinary.replace("+", last);
    }

    boolean isOn() {
        return on;
    }

    boolean isOff() {
        return off;
    }

    int changes() {
        return changes;
    }

    boolean isAsked() {
        return asked != 0;
    }

    boolean isAsked(int packetId) {
        return asked == packetId;
    }

    /** SUBSCRIBE leaves: one that is there goes on [MQTT-3.8.4-3]. */
    void asksToBegin(int packetId) {
        asked = packetId;
        asksToEnd = false;
        if (!on) {
            become(false, false);
        }
    }

    void asksToEnd(int packetId) {
        asked = packetId;
        asksToEnd = true;
        become(false, false);
    }

    void answered(boolean done) {
        asked = 0;
        if (asksToEnd) {
            become(false, done);
        } else if (done && !on) {
            become(true, false);
        } else if (!done) {
            become(false, false);
        }
    }

    /** The connection is lost: whether what was asked for was done is not known. */
    void lost() {
        asked = 0;
    }

    /** The session has ended. */
    void gone() {
        asked = 0;
        become(false, true);
    }

    private void become(boolean nowOn, boolean nowOff) {
        on = nowOn;
        off = nowOff;
        changes++;
    }
}
