package io.magnetar.sink.influxdb;

import java.time.Duration;
import java.util.Map;

/** What came of one request with lines. */
sealed interface WriteAnswer {

    /** All lines are there. */
    record Written() implements WriteAnswer {}

    /**
     * The server refuses some lines, whoever sends them.
     *
     * @param byLine the reasons by the index of the line, from 0; empty when the server does not say which ones
     * @param othersWritten whether the other lines are there; otherwise none of them need be
     * @param message of the server
     */
    record Refused(Map<Integer, String> byLine, boolean othersWritten, String message) implements WriteAnswer {}

    /** The request is larger than the server takes. */
    record TooLarge(String message) implements WriteAnswer {}

    /**
     * Later it may work: the server is away, slow or busy, or what is configured does not fit what it has.
     *
     * @param misconfigured whether somebody has to change something first
     * @param after what the server asks to wait, or zero
     */
    record Unavailable(String reason, boolean misconfigured, Duration after) implements WriteAnswer {}
}
