package io.magnetar.mqtt.owned;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.broker.service.BrokerService;
import org.apache.pulsar.broker.service.Consumer;
import org.apache.pulsar.broker.service.Topic;
import org.apache.pulsar.broker.service.TopicEventsListener;
import org.apache.pulsar.broker.service.persistent.PersistentTopic;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends away the consumers of topics that this broker owns no more.
 *
 * <p>A broker that closes a topic disconnects its consumers, which then look for the topic anew. A reader that subscribes in this
 * very moment is missed: it stays with a topic that is no topic any more, and waits for ever for a message. So the consumers of a
 * closed topic are looked for again after it was closed.
 *
 * <p>Thread: any.
 *
 * @see <a href="https://github.com/apache/pulsar/pull/16246">Pulsar: addConsumer and disconnect compete</a>
 */
public final class UnloadedTopics implements TopicEventsListener {
    private static final Logger LOG = LoggerFactory.getLogger(UnloadedTopics.class);
    /** From one look to the next. A reader subscribes within milliseconds, unless the broker is very busy. */
    private static final List<Long> PAUSES_MILLIS = List.of(100L, 1_000L, 10_000L, 60_000L);

    private final BrokerService broker;
    private final ScheduledExecutorService scheduler;

    /** To be added to the broker's listeners. */
    public UnloadedTopics(BrokerService broker, ScheduledExecutorService scheduler) {
        this.broker = broker;
        this.scheduler = scheduler;
    }

    @Override
    public void handleEvent(String topicName, TopicEvent event, EventStage stage, @Nullable Throwable failure) {
        if (event == TopicEvent.UNLOAD && stage == EventStage.BEFORE) {
            broker.getTopicReference(topicName).ifPresent(this::lookLater);
        }
    }

    /** The topic is not held for it: one that has consumers is held by these. */
    private void lookLater(Topic topic) {
        if (topic instanceof PersistentTopic persistent) {
            lookLater(new WeakReference<>(persistent), 0);
        }
    }

    private void lookLater(WeakReference<PersistentTopic> topic, int looks) {
        if (looks < PAUSES_MILLIS.size()) {
            var unused = scheduler.schedule(() -> look(topic, looks), PAUSES_MILLIS.get(looks), TimeUnit.MILLISECONDS);
        }
    }

    private void look(WeakReference<PersistentTopic> reference, int looks) {
        PersistentTopic topic = reference.get();
        if (topic != null && topic.isClosingOrDeleting()) {
            topic.getSubscriptions().values().stream()
                    .flatMap(subscription -> subscription.getConsumers().stream())
                    .forEach(consumer -> sendAway(topic, consumer));
            lookLater(reference, looks + 1);
        }
    }

    private static void sendAway(PersistentTopic topic, Consumer consumer) {
        String subscription = consumer.getSubscription().getName();
        LOG.info("{} was unloaded while {} subscribed, who is sent to look for it anew", topic.getName(), subscription);
        consumer.disconnect();
    }
}
