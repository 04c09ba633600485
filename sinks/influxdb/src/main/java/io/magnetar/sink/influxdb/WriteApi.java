package io.magnetar.sink.influxdb;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The HTTP interfaces that take line protocol.
 *
 * <p>Thread: immutable.
 */
enum WriteApi {
    /** {@code POST /write} of InfluxDB 1. */
    V1(Backslash.LITERAL, "/write", "/ping") {
        @Override
        Map<String, String> query(WriteTarget target) {
            Map<String, String> query = new LinkedHashMap<>();
            query.put("db", target.database());
            query.put("precision", target.precision().v1());
            return query;
        }
    },
    /** {@code POST /api/v2/write} of InfluxDB 2, and of others that took it over. */
    V2(Backslash.LITERAL, "/api/v2/write", "/ping") {
        @Override
        Map<String, String> query(WriteTarget target) {
            Map<String, String> query = new LinkedHashMap<>();
            if (!target.org().isEmpty()) {
                query.put("org", target.org());
            }
            query.put("bucket", target.database());
            query.put("precision", target.precision().v2());
            return query;
        }
    },
    /** {@code POST /api/v3/write_lp} of InfluxDB 3. */
    V3(Backslash.DOUBLED, "/api/v3/write_lp", "/ping") {
        @Override
        Map<String, String> query(WriteTarget target) {
            Map<String, String> query = new LinkedHashMap<>();
            query.put("db", target.database());
            query.put("precision", target.precision().v3());
            query.put("accept_partial", "true");
            if (target.noSync()) {
                query.put("no_sync", "true");
            }
            return query;
        }
    },
    /** GreptimeDB, which EMQX Tables are: InfluxDB 2 below a path of its own, with a database. */
    GREPTIMEDB(Backslash.DOUBLED, "/v1/influxdb/api/v2/write", "/v1/influxdb/ping") {
        @Override
        Map<String, String> query(WriteTarget target) {
            Map<String, String> query = new LinkedHashMap<>();
            query.put("db", target.database());
            query.put("precision", target.precision().v2());
            return query;
        }
    },
    /** QuestDB, which takes the interface of InfluxDB 2 and has no databases. */
    QUESTDB(Backslash.DOUBLED, "/api/v2/write", "/ping") {
        @Override
        Map<String, String> query(WriteTarget target) {
            Map<String, String> query = new LinkedHashMap<>();
            query.put("precision", target.precision().v2());
            return query;
        }
    };

    private final Backslash backslash;
    private final String writePath;
    private final String pingPath;

    WriteApi(Backslash backslash, String writePath, String pingPath) {
        this.backslash = backslash;
        this.writePath = writePath;
        this.pingPath = pingPath;
    }

    abstract Map<String, String> query(WriteTarget target);

    Backslash backslash() {
        return backslash;
    }

    /** Whether fields may be unsigned integers. */
    boolean hasUnsigned() {
        return this != V1 && this != QUESTDB;
    }

    URI write(WriteTarget target) {
        String query = query(target).entrySet().stream()
                .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return URI.create(target.base() + writePath + "?" + query);
    }

    URI ping(WriteTarget target) {
        return URI.create(target.base() + pingPath);
    }
}
