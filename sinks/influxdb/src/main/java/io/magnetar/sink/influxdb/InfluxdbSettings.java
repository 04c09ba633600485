package io.magnetar.sink.influxdb;

import io.magnetar.sink.delivery.BadRecords;
import io.magnetar.sink.delivery.BatchLimits;
import io.magnetar.sink.setting.Setting;
import io.magnetar.sink.setting.Settings;
import io.magnetar.sink.setting.SettingsReading;
import io.magnetar.sink.setting.ValueTypes;
import io.magnetar.sink.start.TestMode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** The settings of the InfluxDB sink. */
final class InfluxdbSettings {
    static final Setting<Preset> PRESET = Setting.required(
            "preset",
            ValueTypes.choice(Preset.class),
            "the database; `timestream` is Amazon Timestream for InfluxDB 2, `timestream3` for InfluxDB 3");

    static final Setting<URI> ADDRESS =
            Setting.required("url", ValueTypes.URL, "where it is, such as `https://influx.example.com:8086`");

    static final Setting<String> DATABASE = Setting.optional(
            "database", ValueTypes.TEXT, "the database; the bucket of InfluxDB 2; required except with `questdb`");

    static final Setting<String> ORG = Setting.optional("org", ValueTypes.TEXT, "the organization of InfluxDB 2");
    static final Setting<String> TOKEN =
            Setting.secret("token", "the token of InfluxDB 2 and 3, and of QuestDB Enterprise");
    static final Setting<String> USERNAME = Setting.optional(
            "username", ValueTypes.TEXT, "the user of InfluxDB 1, EMQX Tables and QuestDB; needs `password`");
    static final Setting<String> PASSWORD = Setting.secret("password", "the user's password");
    static final Setting<Boolean> NO_SYNC = Setting.preset(
            "noSync",
            ValueTypes.BOOLEAN,
            false,
            "InfluxDB 3 answers before its log is written: faster, and points that were acknowledged may be lost with it");
    static final Setting<String> CA_FILE = Setting.optional(
            "caFile",
            ValueTypes.TEXT,
            "a PEM file with the certificates of the authorities to trust, in place of Java's own");
    static final Setting<Boolean> GZIP =
            Setting.preset("gzip", ValueTypes.BOOLEAN, true, "compress requests from 1,000 bytes on");
    static final Setting<Duration> TIMEOUT = Setting.preset(
            "requestTimeout",
            ValueTypes.duration(Duration.ofMillis(100), Duration.ofMinutes(10)),
            Duration.ofSeconds(10),
            "from connecting to the last byte of the answer; then the request is made again");
    static final Setting<Integer> MAX_POINTS =
            Setting.preset("maxPoints", ValueTypes.integer(1, 100_000), 5_000, "lines in a request");
    static final Setting<Long> MAX_BYTES = Setting.preset(
            "maxBytes",
            ValueTypes.bytes(1 << 10, 64 << 20),
            4L << 20,
            "bytes of lines in a batch, before compression; a message that is larger goes alone; two batches are in memory");
    static final Setting<Duration> MAX_DELAY = Setting.preset(
            "maxDelay",
            ValueTypes.duration(Duration.ofMillis(1), Duration.ofMinutes(10)),
            Duration.ofSeconds(1),
            "how long a message waits for others");

    static final Settings SETTINGS = Settings.of(PRESET, ADDRESS, DATABASE, ORG, TOKEN, USERNAME, PASSWORD)
            .and(PointSettings.SETTINGS)
            .and(Settings.of(MAX_POINTS, MAX_BYTES, MAX_DELAY, GZIP, TIMEOUT, CA_FILE, NO_SYNC))
            .and(BadRecords.SETTINGS)
            .and(Settings.of(TestMode.TEST));

    private InfluxdbSettings() {}

    static void validate(SettingsReading reading) {
        BadRecords.validate(reading);
        Preset preset = reading.find(PRESET).orElse(null);
        if (preset == null) {
            return;
        }
        PointSettings.validate(reading, preset.api());
        if (preset.hasDatabase()) {
            reading.require(DATABASE, "with this preset");
        } else if (reading.has(DATABASE)) {
            reading.refuse(DATABASE, "QuestDB has none; leave it out");
        }
        boolean user = reading.has(USERNAME) || reading.has(PASSWORD);
        if (user && reading.has(TOKEN)) {
            reading.refuse(TOKEN, "either a token, or username and password");
        } else if (user) {
            reading.require(USERNAME, "with password");
            reading.require(PASSWORD, "with username");
        }
        if (reading.has(TOKEN) && preset.tokenScheme().isEmpty()) {
            reading.refuse(TOKEN, "this database takes username and password");
        }
        if (preset.isOfAmazon()) {
            reading.require(TOKEN, "with this preset");
            if (reading.find(ADDRESS)
                    .map(url -> !"https".equals(url.getScheme()))
                    .orElse(false)) {
                reading.refuse(ADDRESS, "Timestream takes https:// only");
            }
        }
        if (reading.find(ADDRESS)
                .map(url -> url.getQuery() != null || url.getFragment() != null)
                .orElse(false)) {
            reading.refuse(ADDRESS, "it must end with the host, the port or a path; the sink adds the rest");
        }
        if (reading.find(NO_SYNC).orElse(false) && preset.api() != WriteApi.V3) {
            reading.refuse(NO_SYNC, "only InfluxDB 3 has it");
        }
        if (reading.has(ORG) && preset.api() != WriteApi.V2) {
            reading.refuse(ORG, "only InfluxDB 2 has organizations");
        }
    }

    /** After {@link #validate}. */
    static WriteTarget target(SettingsReading reading) {
        Preset preset = reading.get(PRESET);
        String base = reading.get(ADDRESS).toString();
        return new WriteTarget(
                preset.api(),
                base.endsWith("/") ? base.substring(0, base.length() - 1) : base,
                reading.find(DATABASE).orElse(""),
                reading.find(ORG).orElse(""),
                authorization(reading, preset),
                reading.get(PointSettings.PRECISION),
                reading.get(NO_SYNC));
    }

    private static String authorization(SettingsReading reading, Preset preset) {
        if (reading.has(TOKEN)) {
            return preset.tokenScheme() + reading.get(TOKEN);
        } else if (reading.has(USERNAME)) {
            String pair = reading.get(USERNAME) + ":" + reading.get(PASSWORD);
            return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        }
        return "";
    }

    static BatchLimits limits(SettingsReading reading) {
        return new BatchLimits(reading.get(MAX_POINTS), reading.get(MAX_BYTES), reading.get(MAX_DELAY));
    }
}
