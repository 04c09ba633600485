package io.magnetar.mqtt.publish;

import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which logs have a message, so that it is not written there again when its client sends it again.
 *
 * <p>A stream that is being filled does not take what was received before the moment of joining: it gets it from the stream that it is
 * filled from, if that has it. If not, the message that is sent again is for both.
 *
 * <p>Thread: any.
 */
final class LogsThatHaveIt {
    private final Set<String> confirmed = ConcurrentHashMap.newKeySet();
    /** Pulsar topics of streams that are being filled, each with that of the stream that it is filled from. */
    private final Map<String, String> filledFrom = new ConcurrentHashMap<>();

    /** @param failure null when the log has it */
    void answered(StreamDefinition log, @Nullable StreamFailure failure) {
        if (failure == null) {
            confirmed.add(log.pulsarTopic());
        } else if (failure.kind() == StreamFailure.Kind.NOT_TAKEN) {
            log.pulsarTopicOfSource().ifPresent(source -> filledFrom.put(log.pulsarTopic(), source));
        }
    }

    /** As it is now. */
    Set<String> pulsarTopics() {
        Set<String> all = new HashSet<>(confirmed);
        filledFrom.forEach((log, source) -> {
            if (confirmed.contains(source)) {
                all.add(log);
            }
        });
        return all;
    }
}
