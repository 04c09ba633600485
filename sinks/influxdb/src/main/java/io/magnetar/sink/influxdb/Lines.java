package io.magnetar.sink.influxdb;

import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.message.StreamMessage;
import java.util.List;

/** Makes lines of a message. Thread: one at a time. */
@FunctionalInterface
interface Lines {
    /** At least one. */
    List<String> of(StreamMessage message) throws BadRecord;
}
