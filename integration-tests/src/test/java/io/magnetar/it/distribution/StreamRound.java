package io.magnetar.it.distribution;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.pulsar.client.admin.PulsarAdmin;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;

/** A new stream, the devices that publish into it, and what all who read it must get. Thread: the test's. */
final class StreamRound {
    private static final int PARTITIONS = 4;

    private final Standalone standalone;
    private final String name;
    private final int each;
    private final AtomicLong acknowledged = new AtomicLong();
    private final List<ResumingPublisher> publishers;

    /** @param each how many messages each device publishes */
    StreamRound(Standalone standalone, String name, int devices, int each) throws PulsarAdminException {
        this.standalone = standalone;
        this.name = name;
        this.each = each;
        this.publishers = IntStream.range(0, devices)
                .mapToObj(device -> new ResumingPublisher(
                        standalone.mqttPort(), name + "-" + device, name + "/" + device, each, acknowledged))
                .toList();
        try (PulsarAdmin admin =
                PulsarAdmin.builder().serviceHttpUrl(standalone.adminUrl()).build()) {
            admin.topics().createPartitionedTopic(pulsarTopic(), PARTITIONS, Map.of("mqtt.filter", filter()));
        } catch (PulsarClientException e) {
            throw new AssertionError(e);
        }
        standalone.status().awaitStream(name);
    }

    private String pulsarTopic() {
        return "persistent://public/streams/" + name;
    }

    /** The Pulsar topics of its partitions. */
    List<String> pulsarPartitions() {
        return IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> pulsarTopic() + "-partition-" + partition)
                .toList();
    }

    /** What the stream keeps. */
    String filter() {
        return name + "/#";
    }

    List<ResumingPublisher> publishers() {
        return publishers;
    }

    int messages() {
        return each * publishers.size();
    }

    /** How many messages are acknowledged to their publishers. */
    long acknowledged() {
        return acknowledged.get();
    }

    /** Completes when all is published and acknowledged. */
    CompletableFuture<Void> publish(Executor threads) {
        return CompletableFuture.allOf(publishers.stream()
                .map(publisher -> CompletableFuture.runAsync(publisher, threads))
                .toArray(CompletableFuture[]::new));
    }

    /** Of somebody who reads the stream. */
    StreamAccount account() {
        return new StreamAccount(
                publishers.stream().map(ResumingPublisher::topic).toList(), each);
    }

    /** Checks what the stream keeps, as a Pulsar reader gets it. */
    void verifyWhatIsKept() throws IOException {
        StreamAccount kept = account();
        try (PulsarClient client = PulsarClient.builder()
                        .serviceUrl(standalone.serviceUrl())
                        .build();
                Reader<byte[]> reader = client.newReader()
                        .topic(pulsarTopic())
                        .startMessageId(MessageId.earliest)
                        .create()) {
            while (reader.hasMessageAvailable()) {
                Message<byte[]> message = reader.readNext(1, TimeUnit.MINUTES);
                kept.take(message.getProperty("mqtt.topic"), message.getValue());
            }
        }
        kept.verify(publishers);
    }
}
