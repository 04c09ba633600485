package io.magnetar.mqtt.access;

import java.util.Optional;

/**
 * Whose rules a list of built-in rules is: those of one client or user, of all who have a role, or of all clients of the namespace.
 *
 * <p>Thread: immutable.
 *
 * @param name empty for {@link Kind#ALL}
 */
public record RuleOwner(Kind kind, String name) {
    public static final RuleOwner ALL = new RuleOwner(Kind.ALL, "");

    /** Who it is, in the order in which their rules are looked through. */
    public enum Kind {
        CLIENT("client"),
        USER("user"),
        ROLE("role"),
        ALL("all");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /** @param word {@code client}, {@code user}, {@code role} or {@code all} */
    public static Optional<RuleOwner> of(String word, String name) {
        for (Kind kind : Kind.values()) {
            if (kind.word.equals(word) && (kind == Kind.ALL) == name.isEmpty()) {
                return Optional.of(new RuleOwner(kind, name));
            }
        }
        return Optional.empty();
    }
}
