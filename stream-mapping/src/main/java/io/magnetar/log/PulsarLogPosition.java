package io.magnetar.log;

import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageIdAdv;

/**
 * A position in one Pulsar topic, whichever call of Pulsar's client told it.
 *
 * @param index the place in the entry's batch; of an entry that is no batch, or not known to be one, the last
 */
record PulsarLogPosition(long ledger, long entry, int index) {
    static PulsarLogPosition of(MessageId id) {
        MessageIdAdv known = (MessageIdAdv) id;
        int index = known.getBatchIndex();
        return new PulsarLogPosition(known.getLedgerId(), known.getEntryId(), index < 0 ? Integer.MAX_VALUE : index);
    }

    /** The topic has no message. */
    boolean isNone() {
        return entry < 0;
    }

    boolean isBeyond(PulsarLogPosition other) {
        if (ledger != other.ledger) {
            return ledger > other.ledger;
        }
        return entry != other.entry ? entry > other.entry : index > other.index;
    }
}
