package io.magnetar.mqtt.crash;

import io.magnetar.message.Qos;

/** A message that a client publishes, and what it and its subscriber were told about it. */
final class Published {
    final String topic;
    final Qos qos;
    final String text;
    final int number;
    /** How the peer's subscription stood when it was sent for the first time. */
    private final Interest interest;

    private final boolean wanted;
    private final boolean unwanted;
    private final int changes;
    private final int ends;
    private final boolean held;
    private final int breaks;
    /** How many sessions of any client had ended before. */
    final int endedBefore;

    int packetId;
    private boolean answered;
    private boolean neverWanted;
    private boolean owed;

    Published(String topic, Qos qos, String text, int number, Interest interest, int endedBefore) {
        this.topic = topic;
        this.qos = qos;
        this.text = text;
        this.number = number;
        this.interest = interest;
        this.wanted = interest.isOn();
        this.unwanted = interest.isOff();
        this.changes = interest.changes();
        this.ends = interest.ends();
        this.held = interest.isHeld();
        this.breaks = interest.breaks();
        this.endedBefore = endedBefore;
    }

    /** PUBACK or PUBREC without an error has come. */
    void answered() {
        answered = true;
        neverWanted = unwanted && interest.changes() == changes;
        owed = wanted && interest.changes() == changes;
    }

    /** It was promised while the peer was subscribed without a break, and the peer has not ended its subscription since. */
    boolean mustArrive() {
        return owed && interest.ends() == ends;
    }

    /**
     * It was promised, and the peer has been subscribed and connected since before it was sent: it came live or was owed, whatever
     * became of the subscription's QoS meanwhile.
     */
    boolean mustArriveAtAnyQos() {
        return answered && held && interest.breaks() == breaks;
    }

    /** It was sent and promised while the peer knew that it was not subscribed. */
    boolean mustNotArrive() {
        return neverWanted;
    }

    /** The peer was subscribed when it was sent for the first time: what comes later comes later. */
    boolean isWanted() {
        return wanted;
    }

    boolean isAnswered() {
        return answered;
    }
}
