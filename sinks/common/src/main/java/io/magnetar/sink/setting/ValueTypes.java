package io.magnetar.sink.setting;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The kinds of values that settings have. */
public final class ValueTypes {
    public static final ValueType<String> TEXT = of("text", ValueTypes::text, text -> text);
    public static final ValueType<Boolean> BOOLEAN = of("true or false", ValueTypes::bool, String::valueOf);
    public static final ValueType<URI> URL = of("URL", ValueTypes::url, URI::toString);

    /** A list, or a text with commas. */
    public static final ValueType<List<String>> TEXTS =
            of("list of texts", ValueTypes::texts, texts -> String.join(",", texts));

    public static final ValueType<Map<String, String>> TEXT_MAP =
            of("map of texts", ValueTypes::textMap, Map::toString);

    /** Entries with keys of their own, which the sink reads with settings of their own. */
    public static final ValueType<List<Map<String, Object>>> OBJECTS =
            of("list of maps", ValueTypes::objects, List::toString);

    private ValueTypes() {}

    /** A type that a function reads; the function throws {@link IllegalArgumentException} as {@link ValueType#parse} does. */
    public static <T> ValueType<T> of(String description, Function<Object, T> parse, Function<T, String> show) {
        return new ValueType<>() {
            @Override
            public String description() {
                return description;
            }

            @Override
            public T parse(Object value) {
                return parse.apply(value);
            }

            @Override
            public String show(T value) {
                return show.apply(value);
            }
        };
    }

    /** A type that is made of a text. */
    public static <T> ValueType<T> ofText(String description, Function<String, T> parse, Function<T, String> show) {
        return of(description, value -> parse.apply(text(value)), show);
    }

    /** A whole number, both bounds included. */
    public static ValueType<Integer> integer(int min, int max) {
        return of(
                min + " to " + max,
                value -> (int) within(wholeNumber(value), min, max, min + " to " + max),
                String::valueOf);
    }

    /** A number of bytes, as a number or as text with {@code KB}, {@code MB} or {@code GB} (powers of 1,024). */
    public static ValueType<Long> bytes(long min, long max) {
        String range = Amounts.showBytes(min) + " to " + Amounts.showBytes(max);
        return of(
                "bytes, " + range,
                value -> within(
                        value instanceof Number ? wholeNumber(value) : Amounts.bytes(text(value)), min, max, range),
                Amounts::showBytes);
    }

    /** A time as text with {@code ms}, {@code s}, {@code m}, {@code h} or {@code d}. */
    public static ValueType<Duration> duration(Duration min, Duration max) {
        String range = Amounts.showDuration(min) + " to " + Amounts.showDuration(max);
        return of(
                "duration, " + range,
                value -> {
                    Duration duration = Amounts.duration(text(value));
                    if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
                        throw new IllegalArgumentException("it must be from " + range);
                    }
                    return duration;
                },
                Amounts::showDuration);
    }

    /** One of an enum's constants, written small and with hyphens. */
    public static <E extends Enum<E>> ValueType<E> choice(Class<E> type) {
        List<E> constants = Arrays.asList(type.getEnumConstants());
        String names = constants.stream().map(ValueTypes::choiceName).collect(Collectors.joining(", "));
        return of(
                names,
                value -> {
                    String wanted = text(value).toLowerCase(Locale.ROOT).replace('_', '-');
                    return constants.stream()
                            .filter(constant -> choiceName(constant).equals(wanted))
                            .findFirst()
                            .orElseThrow(() -> new IllegalArgumentException("it must be one of " + names));
                },
                ValueTypes::choiceName);
    }

    private static String choiceName(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String text(Object value) {
        if (value instanceof Map || value instanceof Iterable) {
            throw new IllegalArgumentException("it must be a text, not a list or a map");
        }
        // Numbers come out of JSON as doubles where a client has written it so.
        String text = value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString(number.longValue())
                : value.toString();
        if (text.isBlank()) {
            throw new IllegalArgumentException("it must not be empty");
        }
        return text;
    }

    private static boolean bool(Object value) {
        return switch (value.toString().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("it must be true or false");
        };
    }

    private static long wholeNumber(Object value) {
        try {
            return value instanceof Number number && number.doubleValue() == number.longValue()
                    ? number.longValue()
                    : Long.parseLong(value.toString().strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("it must be a whole number", e);
        }
    }

    private static long within(long number, long min, long max, String range) {
        if (number < min || number > max) {
            throw new IllegalArgumentException("it must be from " + range);
        }
        return number;
    }

    private static URI url(Object value) {
        try {
            URI url = URI.create(text(value).strip());
            if ((!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) || url.getHost() == null) {
                throw new IllegalArgumentException("it must be a URL that begins with http:// or https://");
            }
            if (url.getUserInfo() != null) {
                throw new IllegalArgumentException("it must be a URL without a user and a password");
            }
            return url;
        } catch (IllegalArgumentException e) {
            String said = String.valueOf(e.getMessage());
            // The JDK's own message would show the value.
            throw new IllegalArgumentException(said.startsWith("it must") ? said : "it must be a valid URL", null);
        }
    }

    private static List<String> texts(Object value) {
        List<String> texts = new ArrayList<>();
        if (value instanceof Iterable<?> values) {
            values.forEach(each -> texts.add(text(each)));
        } else {
            Arrays.stream(text(value).split(",", -1)).map(String::strip).forEach(texts::add);
        }
        if (texts.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("no text in the list may be empty");
        }
        return List.copyOf(texts);
    }

    private static Map<String, String> textMap(Object value) {
        Map<String, String> texts = new LinkedHashMap<>();
        map(value).forEach((name, each) -> texts.put(name, text(each)));
        return texts;
    }

    private static List<Map<String, Object>> objects(Object value) {
        if (!(value instanceof Iterable<?> values)) {
            throw new IllegalArgumentException("it must be a list of maps");
        }
        List<Map<String, Object>> objects = new ArrayList<>();
        values.forEach(each -> objects.add(map(each)));
        return List.copyOf(objects);
    }

    private static Map<String, Object> map(Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("it must be a map");
        }
        Map<String, Object> named = new LinkedHashMap<>();
        map.forEach((name, each) -> {
            if (name == null || each == null) {
                throw new IllegalArgumentException("no name and no value in the map may be null");
            }
            named.put(name.toString(), each);
        });
        return named;
    }
}
