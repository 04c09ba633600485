package io.magnetar.mqtt.users;

import io.magnetar.tenancy.Namespace;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which user: two namespaces may have one of the same name.
 *
 * <p>Thread: immutable.
 *
 * @param namespace null for one of no namespace, whom the operator keeps
 */
public record UserKey(@Nullable Namespace namespace, String username) {
    private static final int MAX_LENGTH = 256;

    /** What is wrong with the name of a user that is to be made; nothing when it is right. */
    public static Optional<String> problem(String username) {
        boolean odd = username.codePoints()
                .anyMatch(one -> Character.isISOControl(one) || Character.getType(one) == Character.SURROGATE);
        return username.isEmpty() || username.length() > MAX_LENGTH || odd
                ? Optional.of("a user name has 1 to " + MAX_LENGTH
                        + " characters, and no control characters or halves of one")
                : Optional.empty();
    }

    /** The key of the user's record: a namespace has no slash in its name. */
    String text() {
        return (namespace == null ? "" : namespace.name()) + "/" + username;
    }

    /** Nothing for a key that is of no user. */
    static Optional<UserKey> parse(String text) {
        int slash = text.indexOf('/');
        String name = slash < 0 ? "" : text.substring(0, slash);
        if (slash < 0 || (!name.isEmpty() && !Namespace.isLegal(name))) {
            return Optional.empty();
        }
        return Optional.of(new UserKey(name.isEmpty() ? null : new Namespace(name), text.substring(slash + 1)));
    }
}
