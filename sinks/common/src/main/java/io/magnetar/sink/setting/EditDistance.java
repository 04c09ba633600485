package io.magnetar.sink.setting;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** How many letters must be added, left out or changed to make one name of another (Levenshtein). */
final class EditDistance {
    private EditDistance() {}

    /** The nearest of some names that is no farther than {@code farthest}. */
    static Optional<String> nearest(String name, Collection<String> names, int farthest) {
        return names.stream()
                .min(Comparator.comparingInt(known -> between(name, known)))
                .filter(known -> between(name, known) <= Math.min(farthest, name.length() / 2));
    }

    static int between(String one, String other) {
        String a = one.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
