package io.magnetar.mqtt.session;

import io.magnetar.mqtt.record.RecordReader;
import io.magnetar.mqtt.record.RecordWriter;
import io.magnetar.mqtt.record.SessionDefinition;
import io.magnetar.mqtt.record.SessionProgress;
import io.magnetar.mqtt.record.WillRecord;
import java.util.concurrent.TimeUnit;

/**
 * A durable session as the broker knows it while it has no connection: its two records, as bytes, and what its timers look at.
 *
 * <p>Thread: immutable; the arrays are never written to.
 *
 * @param expiresAtMillis when it ends unless its client comes back; {@link Long#MAX_VALUE} for never
 * @param willDueMillis when its will is to be published; {@link Long#MAX_VALUE} for never
 */
record StoredSession(long epoch, byte[] definition, byte[] progress, long expiresAtMillis, long willDueMillis) {

    /** @param queueRetentionMillis how long messages are kept: an absent session that is owed messages lives no longer */
    static StoredSession of(SessionDefinition definition, byte[] progress, long queueRetentionMillis) {
        WillRecord will = definition.will();
        return new StoredSession(
                definition.epoch(),
                RecordWriter.write(definition),
                progress,
                expiry(definition, queueRetentionMillis),
                will == null || will.dueMillis() == WillRecord.WHEN_THE_CONNECTION_ENDS
                        ? Long.MAX_VALUE
                        : will.dueMillis());
    }

    private static long expiry(SessionDefinition definition, long queueRetentionMillis) {
        if (definition.isConnected()) {
            return Long.MAX_VALUE;
        }
        long lifeMillis = definition.expirySeconds() == SessionDefinition.NEVER_EXPIRES
                ? Long.MAX_VALUE
                : TimeUnit.SECONDS.toMillis(definition.expirySeconds());
        long millis = definition.owes() ? Math.min(lifeMillis, queueRetentionMillis) : lifeMillis;
        return millis == Long.MAX_VALUE ? Long.MAX_VALUE : definition.disconnectedMillis() + millis;
    }

    SessionDefinition readDefinition() {
        return RecordReader.definition(definition);
    }

    /** The definition, with its will if that is to be published later than now. */
    SessionDefinition readUnpublished(long nowMillis) {
        boolean waits = willDueMillis > nowMillis && willDueMillis != Long.MAX_VALUE;
        return waits ? readDefinition() : readDefinition().withoutWill();
    }

    SessionProgress readProgress() {
        return progress.length == 0 ? SessionProgress.NONE : RecordReader.progress(epoch, progress);
    }
}
