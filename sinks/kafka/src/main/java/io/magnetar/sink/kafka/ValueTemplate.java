package io.magnetar.sink.kafka;

import io.magnetar.sink.message.StreamMessage;
import io.magnetar.sink.template.Template;
import org.jspecify.annotations.Nullable;

/**
 * What the value of a record is made of.
 *
 * @param template null for the payload as it is
 * @param emptyIsTombstone whether an empty payload becomes a record without a value; a message without a value always does
 */
record ValueTemplate(@Nullable Template template, boolean emptyIsTombstone) {
    boolean isTombstone(StreamMessage message) {
        return !message.hasValue() || (emptyIsTombstone && message.payload().length == 0);
    }
}
