package io.magnetar.mqtt.namespace;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code mqttNamespaceFrom}, such as {@code certificate-cn, client-id:/^([^-]+)-/}:
 *
 * <pre>
 *   rules  = rule *( "," rule )
 *   rule   = source [ ":/" regular expression "/" ] / "cel:" expression
 *   source = "username" / "client-id" / ... / "authenticator" / "user-property:" name
 * </pre>
 *
 * In a regular expression a slash is written {@code \/}. A CEL expression is the last rule: it goes on to the end.
 *
 * <p>Thread: the caller's; used once.
 */
public final class NamespaceSyntax {
    private static final String AUTHENTICATOR = "authenticator";
    private static final String USER_PROPERTY = "user-property";
    private static final String CEL = "cel";
    private static final int MAX_RULES = 16;
    private static final int MAX_PATTERN_LENGTH = 1_024;

    private final String written;
    private final Consumer<String> problems;
    private final List<NamespaceRule> rules = new ArrayList<>();
    private int at;

    private NamespaceSyntax(String written, Consumer<String> problems) {
        this.written = written;
        this.problems = problems;
    }

    /**
     * Reads the rules.
     *
     * @param written empty for none
     * @param problems takes what is wrong; then the result is not to be used
     */
    public static NamespaceRules read(String written, Consumer<String> problems) {
        return written.isBlank() ? NamespaceRules.NONE : new NamespaceSyntax(written, problems).read();
    }

    private NamespaceRules read() {
        boolean more = true;
        while (more) {
            more = readRule();
        }
        if (rules.size() > MAX_RULES) {
            problems.accept(rules.size() + " rules: at most " + MAX_RULES + " are possible");
        }
        return new NamespaceRules(rules);
    }

    /** @return whether a comma follows */
    private boolean readRule() {
        String word = upTo(":,").trim();
        if (word.equals(CEL) && isAt(':')) {
            readCel(written.substring(at + 1).trim());
            return false;
        }
        String name = null;
        if (word.equals(USER_PROPERTY)) {
            name = readName();
        }
        Pattern pattern = null;
        boolean broken = false;
        if (isAt(':')) {
            at++;
            Optional<Pattern> read = readPattern(word);
            broken = read.isEmpty();
            pattern = read.orElse(null);
        }
        NamespaceSource source = source(word, name);
        if (source != null && !broken) {
            rules.add(new NamespaceRule(source, pattern));
        }
        return passComma();
    }

    private @Nullable NamespaceSource source(String word, @Nullable String userProperty) {
        if (word.equals(USER_PROPERTY)) {
            if (userProperty == null || userProperty.isEmpty()) {
                problems.accept("'" + USER_PROPERTY + "' needs the name of a user property, as in " + USER_PROPERTY
                        + ":tenant");
                return null;
            }
            return NamespaceSource.userProperty(userProperty);
        }
        if (word.equals(AUTHENTICATOR)) {
            return NamespaceSource.AUTHENTICATOR;
        }
        Optional<NamespaceSource.Named> named = NamespaceSource.Named.of(word);
        if (named.isEmpty()) {
            problems.accept(
                    word.isEmpty()
                            ? "there is an empty rule"
                            : "'" + word + "' is no source: there are " + NamespaceSource.Named.words() + ", "
                                    + AUTHENTICATOR + ", " + USER_PROPERTY + ":<name> and " + CEL + ":<expression>");
        }
        return named.orElse(null);
    }

    /** The name of a user property, which ends before a regular expression, a comma or the end. */
    private @Nullable String readName() {
        if (!isAt(':')) {
            return null;
        }
        int begin = at + 1;
        int pattern = written.indexOf(":/", begin);
        int comma = written.indexOf(',', begin);
        at = written.length();
        if (pattern >= 0) {
            at = pattern;
        }
        if (comma >= 0 && comma < at) {
            at = comma;
        }
        return written.substring(begin, at).trim();
    }

    private Optional<Pattern> readPattern(String word) {
        if (!isAt('/')) {
            String rest = upTo(",").trim();
            problems.accept("'" + word + ":" + rest + "': a regular expression is between slashes, as in " + word
                    + ":/^([^-]+)-/");
            return Optional.empty();
        }
        int begin = at + 1;
        int end = begin;
        while (end < written.length() && written.charAt(end) != '/') {
            end += written.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= written.length()) {
            at = written.length();
            problems.accept("'" + word + ":" + written.substring(begin - 1) + "': the regular expression has no end, a"
                    + " slash is missing");
            return Optional.empty();
        }
        at = end + 1;
        return compiled(word, written.substring(begin, end));
    }

    private Optional<Pattern> compiled(String word, String pattern) {
        if (pattern.isEmpty() || pattern.length() > MAX_PATTERN_LENGTH) {
            problems.accept("'" + word + "': a regular expression has 1 to " + MAX_PATTERN_LENGTH + " characters");
            return Optional.empty();
        }
        try {
            return Optional.of(Pattern.compile(pattern));
        } catch (PatternSyntaxException e) {
            problems.accept("'" + word + ":/" + pattern + "/' is no regular expression: " + e.getDescription());
            return Optional.empty();
        }
    }

    private void readCel(String expression) {
        if (expression.isEmpty()) {
            problems.accept("'" + CEL + ":' needs an expression, as in " + CEL + ":username.split('-')[0]");
            return;
        }
        try {
            rules.add(new NamespaceRule(CelSource.compile(expression), null));
        } catch (IllegalArgumentException e) {
            problems.accept(String.valueOf(e.getMessage()));
        }
    }

    private boolean passComma() {
        String rest = upTo(",").trim();
        if (!rest.isEmpty()) {
            problems.accept("'" + rest + "' stands where a comma or the end is needed");
        }
        at++;
        return at <= written.length();
    }

    private boolean isAt(char wanted) {
        return at < written.length() && written.charAt(at) == wanted;
    }

    private String upTo(String ends) {
        int begin = at;
        while (at < written.length() && ends.indexOf(written.charAt(at)) < 0) {
            at++;
        }
        return written.substring(begin, at);
    }
}
