package io.magnetar.sink.message;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a Pulsar topic in its parts.
 *
 * @param name the whole name of the partition
 * @param stream the local name without the partition
 * @param partition -1 when the topic has no partitions
 */
public record PulsarTopic(String name, String tenant, String namespace, String stream, int partition) {
    private static final Pattern NAME =
            Pattern.compile("(?:(?:persistent|non-persistent)://)?([^/]+)/([^/]+)/(.+?)(?:-partition-(\\d{1,9}))?");

    /**
     * @throws IllegalArgumentException when it is no name of a Pulsar topic
     */
    public static PulsarTopic parse(String name) {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not the name of a Pulsar topic: " + name);
        }
        String partition = parts.group(4);
        return new PulsarTopic(
                name,
                parts.group(1),
                parts.group(2),
                parts.group(3),
                partition == null ? -1 : Integer.parseInt(partition));
    }
}
