package io.magnetar.bench.sinks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.impl.MessageIdImpl;
import org.apache.pulsar.client.impl.MessageImpl;
import org.apache.pulsar.common.api.proto.MessageMetadata;
import org.apache.pulsar.functions.api.Record;

/**
 * Weather of a thousand devices: as the messages of a stream, as lines, and as keys and payloads. They are made before
 * anything is measured and written again and again.
 *
 * <p>Thread: immutable, but for the count of acknowledgements.
 */
final class Readings {
    static final int COUNT = 50_000;

    private static final String TOPIC = "persistent://fleet/streams/readings-partition-0";
    private static final int DEVICES = 1_000;
    private static final long FIRST_MICROS = 1_700_000_000_000_000L;

    private final List<Reading> readings = new ArrayList<>();
    private final AtomicLong acknowledged = new AtomicLong();

    /**
     * One message.
     *
     * @param line what the sink for InfluxDB makes of it
     */
    record Reading(String device, byte[] payload, String line, Record<byte[]> message) {}

    Readings() {
        for (int i = 0; i < COUNT; i++) {
            String device = "station-" + i % DEVICES;
            double temp = i % 400 / 10.0;
            int humidity = i % 100;
            String room = "hall-" + i % 7;
            String payload = String.format(
                    Locale.ROOT,
                    "{\"temp\":%s,\"humidity\":%d,\"open\":%s,\"room\":\"%s\",\"firmware\":\"4.12.%d\",\"count\":%d}",
                    temp,
                    humidity,
                    i % 2 == 0,
                    room,
                    i % 10,
                    i);
            long micros = FIRST_MICROS + i;
            String line = String.format(
                    Locale.ROOT,
                    "readings,device=%s,room=%s temp=%s,humidity=%di %d000",
                    device,
                    room,
                    temp,
                    humidity,
                    micros);
            byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
            readings.add(new Reading(device, bytes, line, message(i, device, bytes, micros)));
        }
    }

    private Record<byte[]> message(int index, String device, byte[] payload, long micros) {
        MessageMetadata metadata =
                new MessageMetadata().setPublishTime(micros / 1_000).setPartitionKey(device);
        metadata.addProperty().setKey("mqtt.topic").setValue("sensors/" + device + "/readings");
        metadata.addProperty().setKey("mqtt.client-id").setValue(device);
        metadata.addProperty().setKey("mqtt.ts").setValue(Long.toString(micros));
        metadata.addProperty().setKey("mqtt.qos").setValue("1");
        MessageImpl<byte[]> message = MessageImpl.create(metadata, ByteBuffer.wrap(payload), Schema.BYTES, TOPIC);
        message.setMessageId(new MessageIdImpl(1, index, 0));
        return new Record<>() {
            @Override
            public byte[] getValue() {
                return payload;
            }

            @Override
            public Optional<String> getTopicName() {
                return Optional.of(TOPIC);
            }

            @Override
            public Optional<Message<byte[]>> getMessage() {
                return Optional.of(message);
            }

            @Override
            public void ack() {
                acknowledged.incrementAndGet();
            }
        };
    }

    Reading get(long index) {
        return readings.get((int) (index % COUNT));
    }

    /** How often a sink has acknowledged one so far. */
    long acknowledged() {
        return acknowledged.get();
    }

    /** Bytes of the payloads of the first {@code rows}. */
    long payloadBytes(long rows) {
        long bytes = 0;
        for (Reading reading : readings) {
            bytes += reading.payload().length;
        }
        return bytes * rows / COUNT;
    }
}
