package io.magnetar.sink.influxdb;

import io.magnetar.sink.delivery.BadRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads a payload of line protocol and gives its lines as they are to be sent: comments and empty lines left out, and
 * the time of the message on those without a timestamp, so that a second delivery writes the same point. The first
 * fault refuses the whole payload, with its line and column.
 *
 * <p>Thread: one at a time.
 */
final class LineCheck {
    private static final Set<String> BOOLEANS =
            Set.of("t", "T", "true", "True", "TRUE", "f", "F", "false", "False", "FALSE");

    private final Backslash backslash;
    private final Precision precision;
    private final boolean unsigned;

    private String text = "";
    private int at;
    private int line;
    private int lineStart;

    /** @param unsigned whether the server knows unsigned fields */
    LineCheck(Backslash backslash, Precision precision, boolean unsigned) {
        this.backslash = backslash;
        this.precision = precision;
        this.unsigned = unsigned;
    }

    /** @param timestamp of lines that have none, in the check's precision */
    List<String> lines(String payload, long timestamp) throws BadRecord {
        text = payload;
        at = 0;
        line = 1;
        lineStart = 0;
        List<String> lines = new ArrayList<>();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                nextLine();
            } else if (c == ' ' || c == '\r') {
                at++;
            } else if (c == '#') {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else {
                lines.add(point(timestamp));
            }
        }
        if (lines.isEmpty()) {
            throw new BadRecord("the payload has no line of line protocol");
        }
        return lines;
    }

    private String point(long timestamp) throws BadRecord {
        int start = at;
        name("measurement", false);
        Set<String> keys = new HashSet<>();
        while (peek() == ',') {
            at++;
            key("tag", keys);
            name("value of the tag", true);
        }
        if (peek() != ' ') {
            throw fault("the fields are missing: after the tags come a space and name=value");
        }
        spaces();
        while (true) {
            key("field", keys);
            value();
            if (peek() != ',') {
                break;
            }
            at++;
        }
        int end = at;
        spaces();
        boolean stamped = !atEnd();
        if (stamped) {
            if (at == end) {
                throw fault("after a field come a comma, a space or the end of the line");
            }
            timestamp();
            end = at;
            spaces();
        }
        if (!atEnd()) {
            throw fault("there is something after the timestamp");
        }
        String point = text.substring(start, end);
        return stamped ? point : point + ' ' + timestamp;
    }

    private void key(String what, Set<String> keys) throws BadRecord {
        int start = at;
        name("name of the " + what, true);
        if (peek() != '=') {
            throw fault("a " + what + " is name=value");
        }
        String key = text.substring(start, at);
        if (!keys.add(key)) {
            throw fault("the name " + Quoted.of(key) + " stands in the line twice");
        }
        at++;
    }

    /** Passes over a measurement, a name or the value of a tag; an equals sign ends all but a measurement. */
    private void name(String what, boolean equalsSign) throws BadRecord {
        int start = at;
        for (char c = peek(); !endsName(c, equalsSign); c = peek()) {
            if (c < ' ' || c == 0x7f) {
                throw fault("the " + what + " has a control character");
            }
            at += c == '\\' && isEscape(equalsSign) ? 2 : 1;
        }
        if (at == start) {
            throw fault("the " + what + " is empty");
        }
        if (text.charAt(at - 1) == '\\') {
            throw fault("the " + what + " ends with a backslash");
        }
    }

    private boolean endsName(char c, boolean equalsSign) {
        return c == ',' || c == ' ' || (c == '=' && equalsSign) || atEnd();
    }

    private boolean isEscape(boolean equalsSign) {
        char next = at + 1 < text.length() ? text.charAt(at + 1) : '\n';
        return next == ','
                || next == ' '
                || (next == '=' && equalsSign)
                || (next == '\\' && backslash == Backslash.DOUBLED);
    }

    private void value() throws BadRecord {
        if (peek() == '"') {
            string();
            return;
        }
        int start = at;
        while (peek() != ',' && peek() != ' ' && !atEnd()) {
            at++;
        }
        String value = text.substring(start, at);
        if (!BOOLEANS.contains(value)) {
            String wrong = Numbers.fault(value, unsigned);
            if (wrong != null) {
                at = start;
                throw fault(wrong);
            }
        }
    }

    private void string() throws BadRecord {
        int start = at;
        int startLine = line;
        int startOfLine = lineStart;
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\n') {
                line++;
                lineStart = at + 1;
            } else if (c == '\\' && at + 1 < text.length() && "\"\\".indexOf(text.charAt(at + 1)) >= 0) {
                at++;
            } else if (c == '"') {
                at++;
                return;
            }
        }
        at = start;
        line = startLine;
        lineStart = startOfLine;
        throw fault("the string has no end");
    }

    private void timestamp() throws BadRecord {
        int start = at;
        while (peek() != ' ' && !atEnd()) {
            at++;
        }
        String digits = text.substring(start, at);
        if (!Numbers.isLong(digits) || !precision.holds(Long.parseLong(digits))) {
            at = start;
            throw fault("the timestamp " + Quoted.of(digits) + " is no whole number of " + precision.v2()
                    + " that 64 bits of nanoseconds can hold");
        }
    }

    private void spaces() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
    }

    /** The character at hand, or a line end at the end. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\n';
    }

    /** At the end of a line, which may be a carriage return with it. */
    private boolean atEnd() {
        char c = peek();
        return c == '\n' || (c == '\r' && (at + 1 == text.length() || text.charAt(at + 1) == '\n'));
    }

    private void nextLine() {
        at++;
        line++;
        lineStart = at;
    }

    private BadRecord fault(String what) {
        return new BadRecord("line " + line + ", column " + (at - lineStart + 1) + ": " + what);
    }
}
