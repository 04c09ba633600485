package io.magnetar.stream.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.UserProperty;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserPropertyFormsTest {
    private static final String[] NAMES = {"a", "b", "c", "B", "", "mqtt.topic", "ü"};

    @Test
    void eitherFormGivesTheSamePropertiesAgain() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            List<UserProperty> properties = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                properties.add(new UserProperty(NAMES[random.nextInt(NAMES.length)], "\"" + random.nextInt(3)));
            }
            assertThat(UserPropertyForms.fromJson(UserPropertyForms.toJson(properties)))
                    .as("seed %s", seed)
                    .contains(properties);
            if (UserPropertyForms.arePlain(properties)) {
                Map<String, String> pulsar = new HashMap<>(Map.of("mqtt.topic", "a"));
                properties.forEach(property -> pulsar.put(property.name(), property.value()));
                assertThat(UserPropertyForms.fromPulsar(pulsar))
                        .as("seed %s", seed)
                        .isEqualTo(properties);
            }
        }
    }

    @Test
    void namesThatRiseArePlainAndOthersAreNot() {
        assertThat(UserPropertyForms.arePlain(List.of())).isTrue();
        assertThat(UserPropertyForms.arePlain(List.of(new UserProperty("a", ""), new UserProperty("b", ""))))
                .isTrue();
        assertThat(UserPropertyForms.arePlain(List.of(new UserProperty("b", ""), new UserProperty("a", ""))))
                .isFalse();
        assertThat(UserPropertyForms.arePlain(List.of(new UserProperty("a", ""), new UserProperty("a", ""))))
                .isFalse();
        assertThat(UserPropertyForms.arePlain(List.of(new UserProperty("mqtt.x", ""))))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "{}",
                "{\"a\":[\"b\",\"c\"]}",
                "[1]",
                "[[\"a\"]]",
                "[[\"a\",1]]",
                "[[\"a\",\"b\"]",
                "null"
            })
    void takesNothingElseForProperties(String text) {
        assertThat(UserPropertyForms.fromJson(text)).isEmpty();
    }
}
