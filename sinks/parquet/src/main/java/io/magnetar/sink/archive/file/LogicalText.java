package io.magnetar.sink.archive.file;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.UUID;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/** How values of Parquet's logical types are written in a text. Times are in microseconds in all files of the archive. */
final class LogicalText {
    private static final long NANOS_PER_MICRO = 1_000;
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSSSS", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private LogicalText() {}

    /** Whether the text of a value is JSON. */
    static boolean isJson(PrimitiveType type) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        return logical instanceof JsonLogicalTypeAnnotation || logical instanceof DecimalLogicalTypeAnnotation;
    }

    /** Null when the number is just a number. */
    static @Nullable String of(PrimitiveType type, long value) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        if (logical instanceof TimestampLogicalTypeAnnotation timestamp) {
            String text = TIMESTAMP.format(Instant.EPOCH.plus(value, ChronoUnit.MICROS));
            return timestamp.isAdjustedToUTC() ? text + "Z" : text;
        }
        if (logical instanceof DateLogicalTypeAnnotation) {
            return LocalDate.ofEpochDay(value).toString();
        }
        if (logical instanceof TimeLogicalTypeAnnotation) {
            return LocalTime.ofNanoOfDay(value * NANOS_PER_MICRO).toString();
        }
        return logical instanceof DecimalLogicalTypeAnnotation decimal
                ? BigDecimal.valueOf(value, decimal.getScale()).toPlainString()
                : null;
    }

    /** Null when the bytes are just bytes. */
    static @Nullable String of(PrimitiveType type, Binary value) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        if (logical == null) {
            return null;
        }
        if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
            return new BigDecimal(new BigInteger(value.getBytes()), decimal.getScale()).toPlainString();
        }
        if (logical instanceof UUIDLogicalTypeAnnotation) {
            ByteBuffer bytes = value.toByteBuffer();
            return new UUID(bytes.getLong(), bytes.getLong()).toString();
        }
        return value.toStringUsingUTF8();
    }
}
