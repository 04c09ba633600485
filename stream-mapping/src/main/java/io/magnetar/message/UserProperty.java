package io.magnetar.message;

/** A user property, MQTT 5.0 section 3.3.2.3.7. Names may repeat and their order counts. */
public record UserProperty(String name, String value) {}
