package io.magnetar.mqtt.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Checks payloads against their Payload Format Indicator, MQTT 5.0 section 3.3.2.3.2. Stateless. */
public final class PayloadFormat {
    private PayloadFormat() {}

    /** Tells whether a payload is well-formed UTF-8. */
    public static boolean isUtf8(byte[] payload) {
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(payload));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
