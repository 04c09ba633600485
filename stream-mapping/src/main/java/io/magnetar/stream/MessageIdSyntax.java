package io.magnetar.stream;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Pulsar message id as text, {@code <ledger>:<entry>[:<partition>[:<batch index>]]}: the form in which Pulsar's Java client prints
 * it. Stateless.
 */
public final class MessageIdSyntax {
    private static final Pattern MESSAGE_ID =
            Pattern.compile("(\\d{1,18}):(\\d{1,18})(?::(\\d{1,6})(?::(\\d{1,9}))?)?");

    private MessageIdSyntax() {}

    public static String write(int partition, Position position) {
        String entry = position.ledgerId() + ":" + position.entryId() + ":" + partition;
        return position.batchIndex() < 0 ? entry : entry + ":" + position.batchIndex();
    }

    /** The start with the message of that id; nothing when the text is none. */
    public static Optional<StartPosition.MessageId> parse(String text) {
        Matcher parts = MESSAGE_ID.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        int partition = parts.group(3) == null ? 0 : Integer.parseInt(parts.group(3));
        int batchIndex = parts.group(4) == null ? -1 : Integer.parseInt(parts.group(4));
        return Optional.of(new StartPosition.MessageId(
                partition,
                new Position(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2)), batchIndex),
                0));
    }
}
