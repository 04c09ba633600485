package io.magnetar.sink.influxdb;

import io.magnetar.sink.delivery.BadRecord;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Writes one point after the other as line protocol. What line protocol cannot carry is refused and never altered: an
 * empty name, control characters, a backslash at the end of a name or a tag, numbers that are not finite.
 *
 * <p>The order of calls is {@link #measurement}, any {@link #tag}s, one field or more, {@link #end}.
 *
 * <p>Thread: one at a time.
 */
final class LineBuilder {
    private static final BigInteger MAX_UINT = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    private static final BigInteger MAX_INT = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger MIN_INT = BigInteger.valueOf(Long.MIN_VALUE);

    /** No integer of a field has more digits, and a number with more of them is not expanded. */
    private static final int MAX_DIGITS = 40;

    private final Backslash backslash;
    private final StringBuilder line = new StringBuilder(256);
    private boolean hasField;

    LineBuilder(Backslash backslash) {
        this.backslash = backslash;
    }

    LineBuilder measurement(String name) throws BadRecord {
        line.setLength(0);
        hasField = false;
        if (name.startsWith("#")) {
            throw new BadRecord(
                    "a measurement cannot begin with '#', which makes its line a comment: " + Quoted.of(name));
        }
        name("measurement", name, false);
        return this;
    }

    /** A tag without a value is left out, as InfluxDB has no empty tags. */
    LineBuilder tag(String key, String value) throws BadRecord {
        if (!value.isEmpty()) {
            line.append(',');
            name("name of a tag", key, true);
            line.append('=');
            name("tag " + Quoted.of(key), value, true);
        }
        return this;
    }

    LineBuilder field(String key, double value) throws BadRecord {
        if (!Double.isFinite(value)) {
            throw new BadRecord("field " + Quoted.of(key) + " is " + value + ", which is no number in line protocol");
        }
        key(key);
        line.append(value);
        return this;
    }

    LineBuilder integer(String key, BigDecimal value) throws BadRecord {
        BigInteger whole = whole(key, value, FieldType.INT, MIN_INT, MAX_INT);
        key(key);
        line.append(whole).append('i');
        return this;
    }

    LineBuilder integer(String key, long value) throws BadRecord {
        key(key);
        line.append(value).append('i');
        return this;
    }

    LineBuilder unsigned(String key, BigDecimal value) throws BadRecord {
        BigInteger whole = whole(key, value, FieldType.UINT, BigInteger.ZERO, MAX_UINT);
        key(key);
        line.append(whole).append('u');
        return this;
    }

    LineBuilder field(String key, boolean value) throws BadRecord {
        key(key);
        line.append(value);
        return this;
    }

    /** A string may have every character: quotes and backslashes are escaped, line ends stay. */
    LineBuilder field(String key, String value) throws BadRecord {
        key(key);
        line.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\');
            }
            line.append(c);
        }
        line.append('"');
        return this;
    }

    boolean hasField() {
        return hasField;
    }

    /** The whole line, without the end of line. */
    String end(long timestamp) throws BadRecord {
        if (!hasField) {
            throw new BadRecord("the point has no field");
        }
        return line.append(' ').append(timestamp).toString();
    }

    private void key(String key) throws BadRecord {
        line.append(hasField ? ',' : ' ');
        name("name of a field", key, true);
        line.append('=');
        hasField = true;
    }

    private void name(String what, String name, boolean equalsSign) throws BadRecord {
        if (name.isEmpty()) {
            throw new BadRecord("the " + what + " is empty");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < ' ' || c == 0x7f) {
                throw new BadRecord("the " + what + " has a control character, which line protocol cannot carry there: "
                        + Quoted.of(name));
            }
            if (c == ',' || c == ' ' || (c == '=' && equalsSign) || (c == '\\' && backslash == Backslash.DOUBLED)) {
                line.append('\\');
            }
            line.append(c);
        }
        if (name.endsWith("\\")) {
            throw new BadRecord("the " + what + " ends with a backslash, which line protocol cannot carry there: "
                    + Quoted.of(name));
        }
    }

    private static BigInteger whole(String key, BigDecimal value, FieldType type, BigInteger min, BigInteger max)
            throws BadRecord {
        BigInteger whole = null;
        if (value.precision() - value.scale() <= MAX_DIGITS && value.scale() >= -MAX_DIGITS) {
            BigDecimal stripped = value.stripTrailingZeros();
            whole = stripped.scale() <= 0 ? stripped.toBigIntegerExact() : null;
        }
        if (whole == null || whole.compareTo(min) < 0 || whole.compareTo(max) > 0) {
            throw new BadRecord("field " + Quoted.of(key) + " is to be " + type.label() + ", a whole number from " + min
                    + " to " + max + ", and is " + Quoted.of(value.toString()));
        }
        return whole;
    }
}
