package io.magnetar.mqtt.crash;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.share.SharedFilter;

/** What a client knows of one of its subscriptions, whose filter has at most one wildcard, a {@code +} in the end. */
final class Interest {
    final String filter;
    private boolean on;
    private boolean off = true;
    private int changes;
    private int ends;
    private boolean held;
    private int breaks;
    private Qos asksFor = Qos.EXACTLY_ONCE;
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

    /** Subscribed to at QoS 2, as far as is known. */
    boolean isOn() {
        return on;
    }

    boolean isOff() {
        return off;
    }

    int changes() {
        return changes;
    }

    /** How often it has ended, or may have. */
    int ends() {
        return ends;
    }

    /** Subscribed to at one QoS or another, as far as is known. */
    boolean isHeld() {
        return held;
    }

    /** How often the connection was lost, or the subscription has ended or may have. */
    int breaks() {
        return breaks;
    }

    boolean isAsked() {
        return asked != 0;
    }

    boolean isAsked(int packetId) {
        return asked == packetId;
    }

    /** SUBSCRIBE leaves: one that is there goes on, and what it has promised stays promised [MQTT-3.8.4-4]. */
    void asksToBegin(int packetId, Qos qos) {
        asked = packetId;
        asksToEnd = false;
        asksFor = qos;
        if (!on || qos == Qos.AT_MOST_ONCE) {
            become(false, false);
        }
    }

    void asksToEnd(int packetId) {
        asked = packetId;
        asksToEnd = true;
        ends++;
        letGo();
        become(false, false);
    }

    void answered(boolean done) {
        asked = 0;
        held |= done && !asksToEnd;
        if (asksToEnd) {
            become(false, done);
        } else if (done && !on && asksFor != Qos.AT_MOST_ONCE) {
            become(true, false);
        } else if (!done) {
            ends++;
            letGo();
            become(false, false);
        }
    }

    /** The connection is lost: whether what was asked for was done is not known. */
    void lost() {
        asked = 0;
        breaks++;
    }

    /** The session has ended. */
    void gone() {
        asked = 0;
        ends++;
        letGo();
        become(false, true);
    }

    private void letGo() {
        held = false;
        breaks++;
    }

    private void become(boolean nowOn, boolean nowOff) {
        on = nowOn;
        off = nowOff;
        changes++;
    }
}
