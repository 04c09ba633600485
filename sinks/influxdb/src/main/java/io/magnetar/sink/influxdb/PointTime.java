package io.magnetar.sink.influxdb;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.message.StreamMessage;
import io.magnetar.sink.template.Template;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/**
 * The time of a point: a number in a given unit, which may have a fraction, or a date of ISO 8601 with its offset.
 *
 * <p>Thread: immutable.
 *
 * @param unit of the number that the template gives
 * @param precision in which it is sent; rounded down
 */
record PointTime(Template template, Precision unit, Precision precision) {
    /** More digits than any time has. */
    private static final int MAX_LENGTH = 40;

    long of(StreamMessage message) throws BadRecord {
        JsonNode value = template.value(message);
        if (value.isMissingNode()) {
            throw new BadRecord("timestamp: the message has no value for " + template);
        }
        if (value.isIntegralNumber() && value.canConvertToLong() && unit.holds(value.longValue())) {
            long time = unit.to(precision, value.longValue());
            if (precision.holds(time)) {
                return time;
            }
        }
        String text = value.asText().strip();
        if (text.isEmpty() || text.length() > MAX_LENGTH || value.isContainerNode()) {
            throw wrong(text);
        }
        BigDecimal nanos = value.isNumber() || isNumber(text) ? number(text) : date(text);
        BigDecimal rounded = nanos.divide(precision.nanos(), 0, RoundingMode.FLOOR);
        if (rounded.precision() - rounded.scale() > 19 || !precision.holds(rounded)) {
            throw wrong(text);
        }
        return rounded.longValueExact();
    }

    private static boolean isNumber(String text) {
        return text.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.' || c == '-') && text.lastIndexOf('-') <= 0;
    }

    private BigDecimal number(String text) throws BadRecord {
        try {
            BigDecimal number = new BigDecimal(text);
            if (Math.abs((long) number.scale()) > MAX_LENGTH) {
                throw wrong(text);
            }
            return number.multiply(unit.nanos());
        } catch (NumberFormatException e) {
            throw wrong(text);
        }
    }

    private BigDecimal date(String text) throws BadRecord {
        try {
            Instant instant = OffsetDateTime.parse(text).toInstant();
            return BigDecimal.valueOf(instant.getEpochSecond())
                    .multiply(Precision.S.nanos())
                    .add(BigDecimal.valueOf(instant.getNano()));
        } catch (DateTimeException e) {
            throw wrong(text);
        }
    }

    private BadRecord wrong(String text) {
        return new BadRecord("timestamp: " + Quoted.of(text) + " is neither a number of " + unit.v2()
                + " since 1970 nor a date such as 2026-01-31T12:00:00Z, within the years 1678 to 2262");
    }
}
