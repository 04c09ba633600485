package io.magnetar.tenancy;

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
        if (!LEGAL.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a namespace is a Pulsar tenant: its name has 1 to 255 of the characters A-Z a-z 0-9 _ - = : .");
        }
        if (RESERVED.contains(name)) {
            throw new IllegalArgumentException("the namespace name '" + name + "' is reserved");
        }
    }

    /** Tells whether {@code name} can be a namespace. */
    public static boolean isLegal(String name) {
        return LEGAL.matcher(name).matches() && !RESERVED.contains(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
