package io.magnetar.stream.append;

import io.magnetar.stream.StreamFailure;

/** Counts what becomes of the messages that are given to a stream. Thread: any; never blocks. */
public interface AppendMeter {
    /** For logs that nobody looks at one by one. */
    AppendMeter NONE = new AppendMeter() {
        @Override
        public void confirmed(int payloadBytes) {}

        @Override
        public void failed(StreamFailure.Kind kind) {}

        @Override
        public void withoutKey() {}

        @Override
        public void took(long nanos) {}
    };

    /** The log has a message. */
    void confirmed(int payloadBytes);

    /** A message was not taken, or nobody knows whether it was. */
    void failed(StreamFailure.Kind kind);

    /** A message has no key of the stream's kind. */
    void withoutKey();

    /** How long the first message of a batch waited, from when it was given to the stream until the log had it. */
    void took(long nanos);
}
