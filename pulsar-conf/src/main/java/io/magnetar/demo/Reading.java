package io.magnetar.demo;

/**
 * One message of a station.
 *
 * @param topic the MQTT topic, {@code weather/<station>/<kind>}
 * @param json the payload
 */
record Reading(String topic, String json) {}
