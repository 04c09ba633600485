package io.magnetar.stream.newest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the test vectors of SipHash's reference code, whose key is the bytes from 0 to 15 and whose texts are bytes that count up. */
class KeyHashTest {
    private static final String COUNTING = "\u0100\u0302\u0504\u0706";

    private final KeyHash hash = new KeyHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

    @ParameterizedTest
    @CsvSource({
        "0, e6a825ba047f81a3, 930255c71472f66d", // a3817f04ba25a8e6 6df67214c7550293
        "1, c75da4a48d227781, e4ff0af6de8ba3fc", // 8177228da4a45dc7 fca38bdef60affe4
    })
    void isSipHash(int units, String high, String low) {
        hash.hash(COUNTING.substring(0, units));

        assertThat(Long.toHexString(hash.high())).isEqualTo(high);
        assertThat(Long.toHexString(hash.low())).isEqualTo(low);
    }

    @ParameterizedTest
    @CsvSource({"a, b", "abcd, abcde", "abcdefgh, abcdefgi", "x, xx"})
    void differsForOthers(String one, String other) {
        hash.hash(one);
        long high = hash.high();
        long low = hash.low();
        hash.hash(other);

        assertThat(hash.high()).isNotEqualTo(high);
        assertThat(hash.low()).isNotEqualTo(low);
    }
}
