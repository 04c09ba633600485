package io.magnetar.message;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells one publish of a durable session from all others of its client, also after the broker's death: who finds it in a log knows
 * that the log has the message.
 *
 * @param epoch which session of the client it was: sessions of a client identifier have rising epochs
 * @param sequence rises with every publish of the session
 * @param packetId the packet identifier, or 0 for a will
 */
public record PublishMark(long epoch, long sequence, int packetId) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})-(\\d{1,18})-(\\d{1,5})");

    /** As it stands in a log. */
    public String text() {
        return epoch + "-" + sequence + "-" + packetId;
    }

    /** The mark that a text stands for; none when it is malformed. */
    public static Optional<PublishMark> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        return parts.matches()
                ? Optional.of(new PublishMark(
                        Long.parseLong(parts.group(1)),
                        Long.parseLong(parts.group(2)),
                        Integer.parseInt(parts.group(3))))
                : Optional.empty();
    }
}
