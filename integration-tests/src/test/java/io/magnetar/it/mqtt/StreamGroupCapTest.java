package io.magnetar.it.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.magnetar.it.client.Device;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.it.pulsar.PulsarExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.pulsar.client.api.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A stream has no more groups than it may have, for each is a Pulsar subscription of it. */
@ExtendWith(PulsarExtension.class)
class StreamGroupCapTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String STREAM = "group-cap";
    private static final int GROUPS = 3;
    private static final int WANTED = 8;

    /** @param code of the SUBACK */
    private record Answer(Mqtt5SubAckReasonCode code, String reason) {
        boolean isGranted() {
            return code == Mqtt5SubAckReasonCode.GRANTED_QOS_1;
        }
    }

    private static String filter(int group) {
        return "$share/cap-" + group + "/$s/earliest/" + STREAM + "/#";
    }

    private static Answer subscribe(Device member, String filter) {
        try {
            return new Answer(
                    member.client()
                            .subscribeWith()
                            .topicFilter(filter)
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .send()
                            .getReasonCodes()
                            .get(0),
                    "");
        } catch (Mqtt5SubAckException refused) {
            return new Answer(
                    refused.getMqttMessage().getReasonCodes().get(0),
                    refused.getMqttMessage()
                            .getReasonString()
                            .map(Object::toString)
                            .orElse(""));
        }
    }

    /** All at once, each for a group of its own. */
    private static List<Answer> subscribe(List<Device> members) {
        List<CompletableFuture<Answer>> answers = IntStream.range(0, members.size())
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> subscribe(members.get(i), filter(i))))
                .toList();
        return answers.stream().map(CompletableFuture::join).toList();
    }

    @Test
    void refusesOneMoreAndTakesItWhenAnotherIsRemoved(EmbeddedPulsar pulsar) throws Exception {
        List<Device> members = new ArrayList<>();
        try (MqttBroker broker =
                MqttBroker.start(pulsar.broker(), Map.of("mqttMaxStreamGroups", Integer.toString(GROUPS)))) {
            Streams.create(pulsar, STREAM, 2, Map.of("mqtt.filter", STREAM + "/#"));
            broker.status().awaitStream(STREAM);
            for (int i = 0; i < WANTED; i++) {
                members.add(Device.connect(broker.port(), "group-cap-" + i));
            }
            try (Consumer<byte[]> foreign = pulsar.client()
                    .newConsumer()
                    .topic(Streams.pulsarTopic(STREAM))
                    .subscriptionName("foreign")
                    .subscribe()) {
                assertThat(foreign.isConnected()).isTrue();
                List<Answer> answers = subscribe(members);
                assertThat(answers.stream().filter(Answer::isGranted)).hasSize(GROUPS);
                assertThat(answers.stream().filter(answer -> !answer.isGranted()))
                        .allSatisfy(refused -> {
                            assertThat(refused.code()).isEqualTo(Mqtt5SubAckReasonCode.QUOTA_EXCEEDED);
                            assertThat(refused.reason())
                                    .startsWith("the stream 'group-cap' has mqttMaxStreamGroups=3 groups");
                        });
                List<Boolean> granted = answers.stream().map(Answer::isGranted).toList();
                int made = granted.indexOf(true);
                int refused = granted.indexOf(false);
                Device other = members.get(refused);
                assertThat(subscribe(other, filter(made)).isGranted())
                        .as("a group that is there")
                        .isTrue();

                other.client().unsubscribeWith().topicFilter(filter(made)).send();
                members.get(made).close();
                await().atMost(PATIENCE)
                        .ignoreExceptions()
                        .untilAsserted(() ->
                                pulsar.admin().topics().deleteSubscription(Streams.pulsarTopic(STREAM), "cap-" + made));
                assertThat(subscribe(other, filter(refused)).isGranted())
                        .as("one group less")
                        .isTrue();
            }
        } finally {
            members.forEach(Device::close);
        }
    }
}
