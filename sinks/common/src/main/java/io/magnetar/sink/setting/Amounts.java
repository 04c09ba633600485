package io.magnetar.sink.setting;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes and times as people write them. */
final class Amounts {
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,15})\\s*([a-zA-Z]*)");
    private static final long KB = 1024;

    private Amounts() {}

    static long bytes(String text) {
        Matcher amount = AMOUNT.matcher(text.strip());
        long unit = !amount.matches()
                ? 0
                : switch (amount.group(2).toUpperCase(Locale.ROOT)) {
                    case "", "B" -> 1;
                    case "KB", "KIB", "K" -> KB;
                    case "MB", "MIB", "M" -> KB * KB;
                    case "GB", "GIB", "G" -> KB * KB * KB;
                    default -> 0;
                };
        if (unit == 0) {
            throw new IllegalArgumentException("it must be a number of bytes such as 512KB, 64MB or 1GB");
        }
        try {
            return Math.multiplyExact(Long.parseLong(amount.group(1)), unit);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("it is too large", e);
        }
    }

    static String showBytes(long bytes) {
        String[] units = {"", "KB", "MB", "GB"};
        int unit = 0;
        long shown = bytes;
        while (unit < units.length - 1 && shown != 0 && shown % KB == 0) {
            shown /= KB;
            unit++;
        }
        return shown + units[unit];
    }

    static Duration duration(String text) {
        Matcher amount = AMOUNT.matcher(text.strip());
        long millis = !amount.matches()
                ? 0
                : switch (amount.group(2).toLowerCase(Locale.ROOT)) {
                    case "ms" -> 1;
                    case "s" -> 1000;
                    case "m" -> 60_000;
                    case "h" -> 3_600_000;
                    case "d" -> 86_400_000;
                    default -> 0;
                };
        if (millis == 0) {
            throw new IllegalArgumentException("it must be a time with its unit, such as 500ms, 10s, 5m, 1h or 1d");
        }
        try {
            return Duration.ofMillis(Math.multiplyExact(Long.parseLong(amount.group(1)), millis));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("it is too long", e);
        }
    }

    static String showDuration(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0 || millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + "d";
        }
        if (seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
