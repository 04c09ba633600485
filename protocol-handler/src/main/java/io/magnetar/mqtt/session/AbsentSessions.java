package io.magnetar.mqtt.session;

import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.mqtt.record.WillRecord;
import io.magnetar.mqtt.session.RecordKey.Kind;
import io.magnetar.mqtt.session.RecordSaver.WhenSaved;

/**
 * The ends of sessions without a connection, and of their wills.
 *
 * <p>A will is due when its connection ends or after its delay, at the latest when the session ends; a new connection of the session
 * cancels one that is not due yet [MQTT-3.1.3-9]. It is struck out of the record when the logs have it.
 *
 * <p>Thread: any; who comes first changes a session, others find it changed.
 */
final class AbsentSessions {
    private final SessionRecords records;
    private final SessionInterests interests;
    private final SessionWills wills;
    private final BrokerClock clock;

    AbsentSessions(SessionRecords records, SessionInterests interests, SessionWills wills, BrokerClock clock) {
        this.records = records;
        this.interests = interests;
        this.wills = wills;
        this.clock = clock;
    }

    boolean isWillDue(StoredSession stored) {
        return stored.willDueMillis() <= clock.millis();
    }

    boolean hasExpired(StoredSession stored) {
        return stored.expiresAtMillis() <= clock.millis();
    }

    /** Does what its time has come for. */
    void lookAfter(SessionKey key, StoredSession stored) {
        if (hasExpired(stored)) {
            discard(key, stored);
        } else if (isWillDue(stored)) {
            publishWill(key, stored);
        }
    }

    /** Ends a session: its will, if it has one, is due. */
    void discard(SessionKey key, StoredSession stored) {
        if (!records.remove(key, stored)) {
            return;
        }
        SessionDefinition definition = stored.readDefinition();
        interests.endAll(key, definition);
        WillRecord will = definition.will();
        if (will == null) {
            records.delete(key);
        } else if (stored.willDueMillis() != Long.MAX_VALUE) {
            wills.publish(key, will, () -> {
                records.delete(key);
                settleWhenRecorded(key, will);
            });
        } // Else it is being published, and who does that deletes the records.
    }

    /** Ends a session of which nothing is to be left, nor its will. */
    void forget(SessionKey key, StoredSession stored) {
        if (records.remove(key, stored)) {
            SessionDefinition definition = stored.readDefinition();
            interests.endAll(key, definition);
            records.delete(key);
            if (definition.will() != null) {
                settleWhenRecorded(key, definition.will());
            }
        }
    }

    void publishWill(SessionKey key, StoredSession stored) {
        SessionDefinition definition = stored.readDefinition();
        WillRecord will = definition.will();
        StoredSession without = new StoredSession(
                stored.epoch(), stored.definition(), stored.progress(), stored.expiresAtMillis(), Long.MAX_VALUE);
        if (will != null && records.replace(key, stored, without)) {
            wills.publish(key, will, () -> strikeOut(key, without, will));
        }
    }

    /** The will is in the logs. */
    private void strikeOut(SessionKey key, StoredSession published, WillRecord will) {
        if (!records.strikeOutWill(key, published, new WhenSaved(() -> wills.settled(will)))) {
            settleWhenRecorded(key, will);
        }
    }

    /** Memory has forgotten the will; its record has when all that is under way is saved. */
    private void settleWhenRecorded(SessionKey key, WillRecord will) {
        var unused = records.saved(Kind.DEFINITION, key).thenRun(() -> wills.settled(will));
    }
}
