package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import io.magnetar.it.client.GroupMember;
import io.magnetar.it.client.PahoMember;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Groups with durable members that come, go and die while messages are published. */
@ExtendWith(MqttExtension.class)
class DurableGroupChurnTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MESSAGES = 1_200;
    private static final int TOPICS = 6;

    /** Publishes, one after the other, to a few topics; completes with the texts, each of which was acknowledged. */
    private static CompletableFuture<List<String>> publish(int port, String topic, MqttQos qos) {
        return CompletableFuture.supplyAsync(() -> {
            List<String> acknowledged = new ArrayList<>();
            try (Device publisher = Device.connect(port, topic.replace('/', '-') + "publisher")) {
                for (int i = 0; i < MESSAGES; i++) {
                    String text = i % TOPICS + " " + i;
                    publisher.publish(topic + i % TOPICS, text, qos);
                    acknowledged.add(text);
                }
            }
            return acknowledged;
        });
    }

    private static List<PahoMember> members(int port, String filter, int qos) throws Exception {
        List<PahoMember> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            PahoMember member = new PahoMember("churn-" + qos + "-" + i);
            member.connect(port);
            member.subscribe(filter, qos);
            members.add(member);
        }
        return members;
    }

    /** One after the other dies and comes back; now and then all are dead. */
    private static void churn(int port, List<PahoMember> members, CompletableFuture<?> until, Random random)
            throws Exception {
        while (!until.isDone()) {
            PahoMember one = members.get(random.nextInt(members.size()));
            if (one.isConnected()) {
                int before = one.texts().size();
                await().atMost(PATIENCE)
                        .until(() -> until.isDone() || one.texts().size() > before + 20);
                one.die();
            } else {
                one.connect(port);
            }
        }
        for (PahoMember member : members) {
            if (!member.isConnected()) {
                member.connect(port);
            }
        }
    }

    private static List<String> all(List<PahoMember> members) {
        return members.stream().flatMap(member -> member.texts().stream()).toList();
    }

    private static void close(List<PahoMember> members) throws Exception {
        for (PahoMember member : members) {
            member.close();
        }
    }

    @Test
    void losesNothingAtQos1WhileMembersComeGoAndDie(MqttBroker broker) throws Exception {
        Random random = new Random(1);
        List<PahoMember> members = members(broker.port(), "$share/churn/churn/1/#", 1);
        CompletableFuture<List<String>> published = publish(broker.port(), "churn/1/", MqttQos.AT_LEAST_ONCE);
        List<String> ofOthers = new ArrayList<>();
        CompletableFuture<Void> churned = CompletableFuture.runAsync(() -> {
            try {
                churn(broker.port(), members, published, random);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        for (int i = 0; !churned.isDone(); i++) {
            try (GroupMember joins = new GroupMember(broker.port(), "churn-1-joins-" + i, 0)) {
                joins.subscribe("$share/churn/churn/1/#", MqttQos.AT_LEAST_ONCE);
                await().atMost(PATIENCE)
                        .until(() -> churned.isDone() || joins.texts().size() > 30);
                joins.unsubscribe("$share/churn/churn/1/#");
                ofOthers.addAll(joins.texts());
            }
        }
        churned.join();

        Set<String> promised = new HashSet<>(published.join());
        assertThat(promised).hasSize(MESSAGES);
        await().atMost(PATIENCE).untilAsserted(() -> {
            Set<String> got = new HashSet<>(all(members));
            got.addAll(ofOthers);
            assertThat(got).isEqualTo(promised);
        });
        close(members);
    }

    @Test
    void deliversQos2OnceWhileMembersComeGoAndDie(MqttBroker broker)
            throws Exception { // [MQTT-4.8.2-4], [MQTT-4.8.2-5]
        List<PahoMember> members = members(broker.port(), "$share/churn/churn/2/#", 2);
        CompletableFuture<List<String>> published = publish(broker.port(), "churn/2/", MqttQos.EXACTLY_ONCE);
        churn(broker.port(), members, published, new Random(2));
        for (PahoMember member : members) {
            member.die();
        }
        List<String> promised = new ArrayList<>(published.join());
        try (Device publisher = Device.connect(broker.port(), "churn-2-late")) {
            for (int i = 0; i < 100; i++) {
                publisher.publish("churn/2/late", "late " + i, MqttQos.EXACTLY_ONCE);
                promised.add("late " + i);
            }
        }
        for (PahoMember member : members) {
            member.connect(broker.port());
        }

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(new HashSet<>(all(members))).isEqualTo(new HashSet<>(promised)));
        assertThat(all(members)).as("once each").containsExactlyInAnyOrderElementsOf(promised);
        close(members);
    }

    @Test
    void hashTopicKeepsTheOrderOfEachTopicThoughAMemberLeaves(EmbeddedPulsar pulsar) throws Exception {
        Map<String, String> settings = Map.of("mqttSharedSubscriptionStrategy", "hash-topic");
        try (MqttBroker broker = MqttBroker.start(pulsar.broker(), settings)) {
            List<PahoMember> members = members(broker.port(), "$share/hash/hash/#", 1);
            publish(broker.port(), "hash/", MqttQos.AT_LEAST_ONCE).join();
            await().atMost(PATIENCE).until(() -> all(members).size() >= MESSAGES);
            List<List<String>> first = members.stream().map(PahoMember::texts).toList();
            members.get(0).die();
            publish(broker.port(), "hash/", MqttQos.AT_LEAST_ONCE).join();
            await().atMost(PATIENCE).until(() -> all(members).size() >= 2 * MESSAGES);

            List<List<String>> second = new ArrayList<>();
            for (int i = 0; i < members.size(); i++) {
                List<String> texts = members.get(i).texts();
                second.add(texts.subList(first.get(i).size(), texts.size()));
            }
            eachTopicWithOneMemberInOrder(first);
            eachTopicWithOneMemberInOrder(second);
            close(members);
        }
    }

    private static void eachTopicWithOneMemberInOrder(List<List<String>> ofMembers) {
        Map<String, List<Integer>> numbers = new HashMap<>();
        for (List<String> texts : ofMembers) {
            Map<String, List<Integer>> own = new HashMap<>();
            texts.forEach(text -> {
                String[] parts = text.split(" ", -1);
                own.computeIfAbsent(parts[0], topic -> new ArrayList<>()).add(Integer.parseInt(parts[1]));
            });
            assertThat(Collections.disjoint(numbers.keySet(), own.keySet())).isTrue();
            numbers.putAll(own);
        }
        for (int topic = 0; topic < TOPICS; topic++) {
            int first = topic;
            assertThat(numbers.get(Integer.toString(topic)))
                    .isEqualTo(IntStream.range(0, MESSAGES)
                            .filter(i -> i % TOPICS == first)
                            .boxed()
                            .toList());
        }
    }
}
