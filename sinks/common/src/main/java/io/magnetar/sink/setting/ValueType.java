package io.magnetar.sink.setting;

/** How a value is written in a sink's configuration. Thread: immutable. */
public interface ValueType<T> {
    /** For the docs, such as {@code duration, 1s to 1d}. */
    String description();

    /**
     * @param value as the JSON or YAML of the configuration holds it: text, number, boolean, list or map
     * @throws IllegalArgumentException with what is wanted in place of the value, and without the value
     */
    T parse(Object value);

    /** As a configuration would have it. */
    default String show(T value) {
        return String.valueOf(value);
    }
}
