package io.magnetar.mqtt.access;

import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a rule wants a name of the client to be: one text, or one in which an expression of RE2 is found.
 *
 * <p>Thread: immutable.
 *
 * @param pattern null for the text itself
 */
record TextMatch(String text, @Nullable Pattern pattern) {
    static TextMatch exact(String text) {
        return new TextMatch(text, null);
    }

    boolean matches(@Nullable String name) {
        if (name == null) {
            return false;
        }
        return pattern == null ? text.equals(name) : pattern.matcher(name).find();
    }
}
