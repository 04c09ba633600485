package io.magnetar.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Makes Kafka topics and reads them to their end, with Kafka's own clients. */
final class Topics {
    private Topics() {}

    static String make(String servers, int partitions) throws Exception {
        String topic = "t-" + UUID.randomUUID();
        // The tests' records are from 1970, and Kafka would forget them within minutes.
        make(servers, topic, partitions, Map.of("retention.ms", "-1"));
        return topic;
    }

    static void make(String servers, String topic, int partitions, Map<String, String> settings) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin.createTopics(
                            List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(settings)))
                    .all()
                    .get();
        }
    }

    /** All that has been committed. */
    static List<ConsumerRecord<String, String>> read(String servers, String topic) {
        Map<String, Object> configuration = Map.of(
                "bootstrap.servers", servers, "isolation.level", "read_committed", "enable.auto.commit", "false");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(configuration, new StringDeserializer(), new StringDeserializer())) {
            var partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new org.apache.kafka.common.TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }
    }

    /** Values by their last place: what was produced again after a failure is there twice. */
    static List<String> newest(List<ConsumerRecord<String, String>> records) {
        List<String> newestFirst = new ArrayList<>();
        for (int i = records.size() - 1; i >= 0; i--) {
            newestFirst.add(records.get(i).value());
        }
        List<String> newest = new ArrayList<>(new LinkedHashSet<>(newestFirst));
        Collections.reverse(newest);
        return newest;
    }

    static String header(ConsumerRecord<?, ?> record, String name) {
        var header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), UTF_8);
    }
}
