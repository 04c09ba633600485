package io.magnetar.mqtt.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamDefinition.Life;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.tenancy.Namespace;
import io.magnetar.topic.TopicFilter;
import org.junit.jupiter.api.Test;

/** What is sent again goes only where it is missing. */
class LogsThatHaveItTest {
    private static final StreamFailure NOT_TAKEN = new StreamFailure(Kind.NOT_TAKEN, "it is being filled");
    private static final StreamFailure FAILED = new StreamFailure(Kind.UNAVAILABLE, "a test");

    private final LogsThatHaveIt logs = new LogsThatHaveIt();
    private final StreamDefinition source = stream("source");
    private final StreamDefinition filled = stream("filled").living(new Life(1, "source", 1_000));

    private static StreamDefinition stream(String name) {
        return new StreamDefinition(new Namespace("public"), name, new TopicFilter("#"), Message::topic, 1, 0);
    }

    @Test
    void whatTheSourceHasTheStreamThatIsFilledGetsFromIt() {
        logs.answered(filled, NOT_TAKEN);
        logs.answered(source, null);
        assertThat(logs.pulsarTopics()).containsExactlyInAnyOrder(source.pulsarTopic(), filled.pulsarTopic());
    }

    @Test
    void whatTheSourceHasNotIsForBothWhenItIsSentAgain() {
        logs.answered(source, FAILED);
        logs.answered(filled, NOT_TAKEN);
        logs.answered(stream("third"), null);
        assertThat(logs.pulsarTopics()).containsExactly(stream("third").pulsarTopic());
    }
}
