package io.magnetar.stream.layout;

/** What an MQTT UTF-8 encoded string may be, MQTT 5.0 section 1.5.4: producers of other kinds write what they like. */
final class MqttText {
    private static final int MAX_BYTES = 65_535;
    private static final int MAX_BYTES_PER_CHAR = 3;

    private MqttText() {}

    static boolean isLegal(String text) {
        if (text.indexOf(0) >= 0) {
            return false;
        }
        return text.length() * MAX_BYTES_PER_CHAR <= MAX_BYTES || utf8Bytes(text) <= MAX_BYTES;
    }

    private static long utf8Bytes(String text) {
        return text.codePoints()
                .mapToLong(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4)
                .sum();
    }
}
