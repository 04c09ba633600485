package io.magnetar.tenancy;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An MQTT namespace. It is a Pulsar tenant of exactly the same name; every session, topic and stream belongs to one.
 *
 * <p>Thread: immutable.
 *
 * @param name the tenant's name: one or more of {@code A-Z a-z 0-9 _ - = : .}, and none of the reserved names
 */
public record Namespace(String name) {
    private static final Pattern LEGAL = Pattern.compile("[-=:.\\w]{1,255}");
    private static final Set<String> RESERVED =
            Set.of("mqtt", "pulsar", "system", "global", "undefined", "null", "none", ".", "..");

    /**
     * @throws IllegalArgumentException when the name is no legal tenant name, or is reserved
     */
    public Namespace {
        problem(name).ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
    }

    /** Tells whether {@code name} can be a namespace. */
    public static boolean isLegal(String name) {
        return problem(name).isEmpty();
    }

    /** Why {@code name} can be no namespace, in words that repeat nothing but legal characters; nothing when it can. */
    public static Optional<String> problem(String name) {
        if (!LEGAL.matcher(name).matches()) {
            return Optional.of(
                    "a namespace is a Pulsar tenant: its name has 1 to 255 of the characters A-Z a-z 0-9 _ - = : .");
        }
        return RESERVED.contains(name)
                ? Optional.of("the namespace name '" + name + "' is reserved")
                : Optional.empty();
    }

    @Override
    public String toString() {
        return name;
    }
}
