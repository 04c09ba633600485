package io.magnetar.mqtt.share;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The strategy of each group: one for all, but for those that are named. Thread: immutable.
 *
 * @param ofGroups by the groups' names, in every namespace
 */
public record SharedStrategies(SharedStrategy ofOthers, Map<String, SharedStrategy> ofGroups) {
    public SharedStrategies {
        ofGroups = Map.copyOf(ofGroups);
    }

    SharedStrategy of(String group) {
        return ofGroups.getOrDefault(group, ofOthers);
    }

    /**
     * Reads a strategy's name, and behind commas {@code <group>=<strategy>} for those that have another.
     *
     * @return empty when that is not what it is
     */
    public static Optional<SharedStrategies> parse(String written) {
        String[] parts = written.split(",", -1);
        Optional<SharedStrategy> ofOthers = SharedStrategy.named(parts[0].trim());
        Map<String, SharedStrategy> ofGroups = new HashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].lastIndexOf('=');
            Optional<SharedStrategy> strategy =
                    SharedStrategy.named(parts[i].substring(equals + 1).trim());
            if (equals < 1 || strategy.isEmpty()) {
                return Optional.empty();
            }
            ofGroups.put(parts[i].substring(0, equals).trim(), strategy.get());
        }
        return ofOthers.map(others -> new SharedStrategies(others, ofGroups));
    }
}
