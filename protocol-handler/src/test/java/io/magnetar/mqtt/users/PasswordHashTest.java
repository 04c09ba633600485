package io.magnetar.mqtt.users;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hashes of the password {@value #PASSWORD} that others have made: Python's hashlib, glibc's crypt, Mosquitto. */
class PasswordHashTest {
    private static final String PASSWORD = "correct horse";

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
                "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
                "$pbkdf2-sha512$5000$MDEyMzQ1Njc4OWFiY2RlZg$WKFoD/zBj1DaMjiry+T1pLUuQavMksVoklC5GYhA9FesQC0Geh8qALTJGwNQHBnPXewLp0WrTlZDyP+t7t6aBQ",
                "$pbkdf2-sha256$6400$MDEyMzQ1Njc4OWFiY2RlZg$JINWRI6pMr62XkT1yLn9rTS4waPZsSxA3effDRQMD3A",
                "$7$101$c2FsdHNhbHRzYWx0$VT6wIBYrw6org2c5gu2idDv9QYP0fPEO2YGaoGrYDSKJeYTUANfsQBvu9AI3078np6CYOjHbzfz/elQBb7oxkA==",
                "$6$c2FsdHNhbHRzYWx0$wubETsBLUkdA8YhllItOiVnq5vju3IomjkYfpjX2ElbiG8Z0MqfqXCSOtEODPK1eih3eRPQRJvZ/u5TFhojR6Q=="
            })
    void knowsThePasswordOfAHash(String written) {
        PasswordHash hash = PasswordHashParser.parse(written);

        assertThat(hash.matches(bytes(PASSWORD))).isTrue();
        assertThat(hash.matches(bytes("correct horsf"))).isFalse();
        assertThat(hash.matches(bytes(""))).isFalse();
        assertThat(PasswordHashParser.parse(hash.text()).matches(bytes(PASSWORD)))
                .as(hash.text())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "sha256-prefix,,slat,ebf9bb06bb989f183e198d0312b92bb68e4dd5a067a3b6db5846ac23328c6d1f",
        "sha256-suffix,,slat,3e9567dc92cb52db5571f94bc7bf7df31efe9bb7641640c75573a1d2bc693d67",
        "sha512-prefix,,slat,28a80df89e2949d01e346e1d2f1528287c91edf97fcdbf394af2bbcac8ca250400344d3ea6fa313debe291f467814800f968afbd8da3a600ddcb356be7c4c75d",
        "pbkdf2-sha256,4096,slat,1d760c27382ef598a66c2be1fe373d000a14c9af416c25e3f46b101b6ac0a0b9",
        "bcrypt,,,$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
    })
    void knowsThePasswordOfColumns(String scheme, String iterations, String salt, String digest) {
        PasswordHash hash = PasswordHashParser.parse(scheme, iterations, salt == null ? "" : salt, digest);

        assertThat(hash.matches(bytes(PASSWORD))).isTrue();
        assertThat(hash.matches(bytes("x"))).isFalse();
        assertThat(PasswordHashParser.parse(hash.text()).matches(bytes(PASSWORD)))
                .isTrue();
    }

    @Test
    void whatItMakesItselfItKnows() {
        PasswordHash hash = PasswordHash.make(bytes(PASSWORD), 4_096);

        assertThat(PasswordHashParser.parse(hash.text()).matches(bytes(PASSWORD)))
                .isTrue();
        assertThat(hash.text()).startsWith("$pbkdf2-sha512$4096$");
        assertThat(PasswordHash.make(bytes(PASSWORD), 4_096).text())
                .as("another salt")
                .isNotEqualTo(hash.text());
        assertThat(hash.toString()).isEqualTo("pbkdf2-sha512 (4096)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "correct horse",
                "$1$abc$def",
                "$2b$31$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
                "$pbkdf2-sha512$2000000$MDEy$WKFoD/zBj1DaMjiry+T1pLUuQavMksVoklC5GYhA9FesQC0Geh8qALTJGwNQHBnPXewLp0WrTlZDyP+t7t6aBQ",
                "$pbkdf2-sha512$0$MDEy$WKFoD/zBj1DaMjiry+T1pLUuQavMksVoklC5GYhA9FesQC0Geh8qALTJGwNQHBnPXewLp0WrTlZDyP+t7t6aBQ",
                "$pbkdf2-sha512$MDEy$WKFoD/zBj1DaMjiry+T1pLUuQavMksVoklC5GYhA9FesQC0Geh8qALTJGwNQHBnPXewLp0WrTlZDyP+t7t6aBQ",
                "$sha256-prefix$MDEy$WKFoD",
                "$sha256-prefix$MDEy$!!!",
                "$pbkdf2-sha256$6400$MDEy$JIN"
            })
    void refusesWhatIsNoneOrCostsTooMuchAndRepeatsNothingOfIt(String written) {
        assertThatThrownBy(() -> PasswordHashParser.parse(written))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("WKFo", "correct", "HNbA"));
    }

    @Test
    void bcryptSeesSeventyTwoBytes() {
        PasswordHash hash = PasswordHashParser.parse("$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2");

        assertThat(hash.matches(new byte[5_000])).isFalse();
    }
}
