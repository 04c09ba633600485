package io.magnetar.tenancy;

import java.util.function.Predicate;

/**
 * A property that an operator may set for a namespace, {@code mqtt.} and what it is about.
 *
 * <p>Thread: immutable.
 *
 * @param name as it is written, {@code mqtt.max-connections}
 * @param expected what a right value is, in the words of a log: "a whole number from 0 to 2147483647"
 * @param accepts tells whether a value is right
 */
public record NamespaceProperty(String name, String expected, Predicate<String> accepts) {
    /** What all of them begin with. */
    public static final String PREFIX = "mqtt.";

    private static final int LONGEST_NUMBER = 18;

    /** @throws IllegalArgumentException when the name does not begin with {@value #PREFIX} */
    public NamespaceProperty {
        if (!name.startsWith(PREFIX)) {
            throw new IllegalArgumentException("the property " + name + " does not begin with " + PREFIX);
        }
    }

    /** A whole number, written in digits. */
    public static NamespaceProperty number(String name, long least, long most) {
        return new NamespaceProperty(
                name, "a whole number from " + least + " to " + most, value -> isNumber(value, least, most));
    }

    private static boolean isNumber(String value, long least, long most) {
        if (value.isEmpty() || value.length() > LONGEST_NUMBER) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < '0' || value.charAt(i) > '9') {
                return false;
            }
        }
        long number = Long.parseLong(value);
        return number >= least && number <= most;
    }
}
