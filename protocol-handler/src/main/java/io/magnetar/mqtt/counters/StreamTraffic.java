package io.magnetar.mqtt.counters;

import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.append.AppendMeter;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** What goes in and out of one stream at this broker, since it started. Thread: any. */
public final class StreamTraffic implements AppendMeter {
    private final LongAdder messagesIn = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder messagesOut = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final LongAdder withoutKey = new LongAdder();
    private final LongAdder[] failures = new LongAdder[StreamFailure.Kind.values().length];
    private final LongAdder readers = new LongAdder();
    private final LongAdder members = new LongAdder();
    private final Histogram appends = new Histogram();

    /** Of which nothing was counted. */
    public StreamTraffic() {
        Arrays.setAll(failures, kind -> new LongAdder());
    }

    @Override
    public void confirmed(int payloadBytes) {
        messagesIn.increment();
        bytesIn.add(payloadBytes);
    }

    @Override
    public void failed(StreamFailure.Kind kind) {
        failures[kind.ordinal()].increment();
    }

    @Override
    public void withoutKey() {
        withoutKey.increment();
    }

    @Override
    public void took(long nanos) {
        appends.recordMicros(nanos / 1_000);
    }

    /** A message goes out to a client. */
    public void sent(int payloadBytes) {
        messagesOut.increment();
        bytesOut.add(payloadBytes);
    }

    /** So many more replays read the stream; fewer when it is negative. */
    public void readers(int more) {
        readers.add(more);
    }

    /** So many more clients are members of a group that shares the stream; fewer when it is negative. */
    public void members(int more) {
        members.add(more);
    }

    public long messagesIn() {
        return messagesIn.sum();
    }

    public long bytesIn() {
        return bytesIn.sum();
    }

    public long messagesOut() {
        return messagesOut.sum();
    }

    public long bytesOut() {
        return bytesOut.sum();
    }

    public long messagesWithoutKey() {
        return withoutKey.sum();
    }

    public long failures(StreamFailure.Kind kind) {
        return failures[kind.ordinal()].sum();
    }

    public long readers() {
        return readers.sum();
    }

    public long members() {
        return members.sum();
    }

    /** How long the first message of each batch took. */
    public Histogram appends() {
        return appends;
    }
}
