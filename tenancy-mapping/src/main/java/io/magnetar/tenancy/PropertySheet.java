package io.magnetar.tenancy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The properties {@code mqtt.*} of one namespace as they are written, and what is in force of them: a value that is wrong leaves the last
 * one that was right in its place.
 *
 * <p>Thread: immutable.
 *
 * @param written all that begin with {@code mqtt.}
 * @param inForce those of them with a value that is, or was, right; and unknown ones as they are written
 */
record PropertySheet(Map<String, String> written, Map<String, String> inForce) {
    static final PropertySheet EMPTY = new PropertySheet(Map.of(), Map.of());

    private static final int SHOWN = 100;

    /** @param problems what is wrong now and was not written before */
    record Next(PropertySheet sheet, List<String> problems) {}

    /**
     * What follows when the properties have become others.
     *
     * @param properties all that the Pulsar namespace has
     * @param known by name
     */
    Next next(Map<String, String> properties, SortedMap<String, NamespaceProperty> known) {
        Map<String, String> nowWritten = new HashMap<>();
        Map<String, String> nowInForce = new HashMap<>();
        List<String> problems = new ArrayList<>();
        new TreeMap<>(properties).forEach((name, value) -> {
            if (!name.startsWith(NamespaceProperty.PREFIX)) {
                return;
            }
            nowWritten.put(name, value);
            boolean isNew = !value.equals(written.get(name));
            NamespaceProperty property = known.get(name);
            if (property == null) {
                nowInForce.put(name, value);
                if (!written.containsKey(name)) {
                    problems.add(
                            "there is no property " + shown(name) + "; there are " + String.join(", ", known.keySet()));
                }
            } else if (property.accepts().test(value)) {
                nowInForce.put(name, value);
            } else {
                String last = inForce.get(name);
                if (last != null) {
                    nowInForce.put(name, last);
                }
                if (isNew) {
                    problems.add(name + " is " + property.expected() + ", not '" + shown(value) + "'; "
                            + (last == null ? "it counts as not set" : "it stays " + last));
                }
            }
        });
        return new Next(new PropertySheet(Map.copyOf(nowWritten), Map.copyOf(nowInForce)), problems);
    }

    private static String shown(String text) {
        String cut = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
