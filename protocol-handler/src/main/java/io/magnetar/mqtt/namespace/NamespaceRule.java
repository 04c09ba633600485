package io.magnetar.mqtt.namespace;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.magnetar.mqtt.codec.PacketException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One place to look for a namespace's name: a source, and a regular expression that finds the name in what is there. RE2's
 * expressions take time in proportion to the text, whatever a client sends; and long texts are not looked at.
 *
 * <p>Thread: any; stateless.
 *
 * @param pattern finds the name: its first group, or all that it matches when it has none; null when the whole text is the name
 */
record NamespaceRule(NamespaceSource source, @Nullable Pattern pattern) {
    /** The longest text that is looked at, in characters. */
    static final int MAX_VALUE_LENGTH = 1_024;

    /**
     * The name that the source gives, by the first of its values that has one; null when it gives none.
     *
     * @throws PacketException when a text is too long to be looked at
     */
    @Nullable
    String name(Newcomer client) throws PacketException {
        return name(source.values(client));
    }

    /** The same for values that are here. */
    @Nullable
    String name(List<String> values) throws PacketException {
        for (String value : values) {
            if (value.length() > MAX_VALUE_LENGTH) {
                throw new PacketException(
                        source.refusal(),
                        "a text that tells the namespace has at most " + MAX_VALUE_LENGTH + " characters");
            }
            String name = pattern == null ? value : find(pattern, value);
            if (name != null && !name.isEmpty()) {
                return name;
            }
        }
        return null;
    }

    private static @Nullable String find(Pattern pattern, String value) {
        Matcher matcher = pattern.matcher(value);
        if (!matcher.find()) {
            return null;
        }
        return matcher.group(matcher.groupCount() == 0 ? 0 : 1);
    }
}
