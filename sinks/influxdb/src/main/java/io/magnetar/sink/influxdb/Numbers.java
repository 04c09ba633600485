package io.magnetar.sink.influxdb;

import java.math.BigInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What line protocol takes for a number. The expressions have no nested repetition, so that they run in linear time.
 *
 * <p>Thread: any, it has no state.
 */
final class Numbers {
    private static final Pattern FLOAT = Pattern.compile("-?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?");
    private static final Pattern INTEGER = Pattern.compile("-?\\d{1,19}");
    private static final Pattern UNSIGNED = Pattern.compile("\\d{1,20}");
    private static final int UNSIGNED_BITS = 64;

    private Numbers() {}

    static boolean isLong(String digits) {
        return INTEGER.matcher(digits).matches() && new BigInteger(digits).bitLength() < Long.SIZE;
    }

    /** What is wrong with the value of a field, or null. */
    static @Nullable String fault(String value, boolean unsigned) {
        if (value.endsWith("i")) {
            return isLong(value.substring(0, value.length() - 1))
                    ? null
                    : Quoted.of(value) + " is no integer of 64 bits";
        }
        if (value.endsWith("u")) {
            String digits = value.substring(0, value.length() - 1);
            if (!unsigned) {
                return "the server has no unsigned integers: " + Quoted.of(value);
            }
            return UNSIGNED.matcher(digits).matches() && new BigInteger(digits).bitLength() <= UNSIGNED_BITS
                    ? null
                    : Quoted.of(value) + " is no unsigned integer of 64 bits";
        }
        if (!FLOAT.matcher(value).matches()) {
            return Quoted.of(value) + " is no number, no boolean and no string in quotes";
        }
        return Double.isFinite(Double.parseDouble(value)) ? null : Quoted.of(value) + " is too large for a float";
    }
}
