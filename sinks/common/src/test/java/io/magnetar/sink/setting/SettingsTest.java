package io.magnetar.sink.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private enum Codec {
        ZSTD,
        NOT_ANY
    }

    private static final Setting<String> BUCKET = Setting.required("bucket", ValueTypes.TEXT, "the bucket");
    private static final Setting<Long> MAX_BYTES =
            Setting.preset("maxBytes", ValueTypes.bytes(1024, 1L << 30), 64L << 20, "bytes of a file");
    private static final Setting<Duration> INTERVAL = Setting.preset(
            "interval",
            ValueTypes.duration(Duration.ofSeconds(1), Duration.ofDays(1)),
            Duration.ofMinutes(10),
            "time of a file");
    private static final Setting<Codec> CODEC =
            Setting.optional("codec", ValueTypes.choice(Codec.class), "how it is compressed");
    private static final Setting<String> PASSWORD = Setting.secret("password", "the password");
    private static final Settings ALL = Settings.of(BUCKET, MAX_BYTES, INTERVAL, CODEC, PASSWORD);

    private static SettingsReading read(Map<String, Object> configuration) {
        return new SettingsReading(ALL, configuration, name -> null);
    }

    @Test
    void readsValuesAndPresets() {
        SettingsReading reading =
                read(Map.of("bucket", "b", "maxBytes", "1MB", "interval", "90s", "codec", "not-any", "password", "p"));
        reading.check();

        assertThat(reading.get(BUCKET)).isEqualTo("b");
        assertThat(reading.get(MAX_BYTES)).isEqualTo(1 << 20);
        assertThat(reading.get(INTERVAL)).isEqualTo(Duration.ofSeconds(90));
        assertThat(reading.find(CODEC)).contains(Codec.NOT_ANY);
        assertThat(read(Map.of("bucket", "b")).get(INTERVAL)).isEqualTo(Duration.ofMinutes(10));
        assertThat(read(Map.of("bucket", 5.0, "maxBytes", 2048.0)).get(MAX_BYTES))
                .isEqualTo(2048);
    }

    @Test
    void tellsAllErrorsAtOnceAndNoValue() {
        SettingsReading reading = read(Map.of(
                "maxByte", 1, "maxBytes", "12 parsecs", "interval", "2d", "codec", List.of("zstd"), "zzzzzzzzz", 1));

        assertThat(catchThrowable(reading::check))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("maxByte: there is no such key; maxBytes may be meant")
                .hasMessageContaining("zzzzzzzzz: there is no such key")
                .hasMessageContaining("bucket: it is required (text)")
                .hasMessageContaining("maxBytes: it must be a number of bytes such as 512KB, 64MB or 1GB")
                .hasMessageContaining("interval: it must be from 1s to 1d")
                .hasMessageContaining("codec: it must be a text, not a list or a map")
                .message()
                .doesNotContain("parsecs");
    }

    @Test
    void takesASecretFromTheProviderAndRefusesItTwice() {
        SettingsReading fromProvider = new SettingsReading(ALL, Map.of("bucket", "b"), name -> name + "-of-provider");
        fromProvider.check();
        assertThat(fromProvider.get(PASSWORD)).isEqualTo("password-of-provider");

        SettingsReading twice =
                new SettingsReading(ALL, Map.of("bucket", "b", "password", "plain"), name -> "of-provider");
        assertThat(catchThrowable(twice::check))
                .hasMessageContaining("password: it is among the secrets and in the configuration")
                .message()
                .doesNotContain("plain")
                .doesNotContain("of-provider");
    }

    @Test
    void refusesWhatIsNoUrlWithoutShowingIt() {
        Setting<java.net.URI> url = Setting.required("url", ValueTypes.URL, "where");
        for (String bad : List.of("ftp://x", "http://user:geheim@x", "geheim at home", "http:///p")) {
            SettingsReading reading = new SettingsReading(Settings.of(url), Map.of("url", bad), name -> null);

            assertThat(catchThrowable(reading::check))
                    .hasMessageContaining("url: it must be a ")
                    .message()
                    .doesNotContain("geheim");
        }
    }

    @Test
    void listsThemInATable() {
        assertThat(ALL.markdown().lines())
                .contains(
                        "| `bucket` | text | required | the bucket |",
                        "| `maxBytes` | bytes, 1KB to 1GB | `64MB` | bytes of a file |",
                        "| `interval` | duration, 1s to 1d | `10m` | time of a file |",
                        "| `codec` | zstd, not-any |  | how it is compressed |",
                        "| `password` | secret |  | the password |");
    }
}
