package io.magnetar.sink.influxdb;

/**
 * The databases that are known by name.
 *
 * <p>Thread: immutable.
 */
enum Preset {
    INFLUXDB3(WriteApi.V3, "Bearer "),
    INFLUXDB2(WriteApi.V2, "Token "),
    INFLUXDB1(WriteApi.V1, ""),
    /** Amazon Timestream for InfluxDB with an engine of version 2. */
    TIMESTREAM(WriteApi.V2, "Token "),
    /** Amazon Timestream for InfluxDB with an engine of version 3. */
    TIMESTREAM3(WriteApi.V3, "Bearer "),
    EMQX_TABLES(WriteApi.GREPTIMEDB, ""),
    QUESTDB(WriteApi.QUESTDB, "Bearer ");

    private final WriteApi api;
    private final String scheme;

    Preset(WriteApi api, String scheme) {
        this.api = api;
        this.scheme = scheme;
    }

    WriteApi api() {
        return api;
    }

    /** What stands before a token, or empty when there are no tokens. */
    String tokenScheme() {
        return scheme;
    }

    boolean hasDatabase() {
        return this != QUESTDB;
    }

    boolean isOfAmazon() {
        return this == TIMESTREAM || this == TIMESTREAM3;
    }
}
