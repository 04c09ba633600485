package io.magnetar.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The recorded readings, as the messages of three stations: two that report daily, one that reports hourly. */
final class WeatherData {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HOURLY_STATION = "seattle-hourly";

    private WeatherData() {}

    /** Every station's readings in the order of their time, by the station's name. */
    static Map<String, List<Reading>> stations() {
        Map<String, List<Reading>> stations = new TreeMap<>();
        for (CsvRow row : CsvRow.of("weather.csv")) {
            String station = row.text("location").toLowerCase(Locale.ROOT).replace(' ', '-');
            stations.computeIfAbsent(station, name -> new ArrayList<>()).addAll(daily(station, row));
        }
        for (CsvRow row : CsvRow.of("seattle-weather-hourly-normals.csv")) {
            stations.computeIfAbsent(HOURLY_STATION, name -> new ArrayList<>()).addAll(hourly(row));
        }
        return stations;
    }

    private static List<Reading> daily(String station, CsvRow row) {
        String date = row.text("date");
        return List.of(
                reading(station, "precipitation", date, Map.of("mm", row.number("precipitation"))),
                reading(
                        station,
                        "temperature",
                        date,
                        new TreeMap<>(Map.of("max", row.number("temp_max"), "min", row.number("temp_min")))),
                reading(station, "wind", date, Map.of("mps", row.number("wind"))),
                reading(station, "weather", date, Map.of("is", row.text("weather"))));
    }

    private static List<Reading> hourly(CsvRow row) {
        String date = row.text("date");
        return List.of(
                reading(HOURLY_STATION, "pressure", date, Map.of("hpa", row.number("pressure"))),
                reading(HOURLY_STATION, "temperature", date, Map.of("celsius", row.number("temperature"))),
                reading(HOURLY_STATION, "wind", date, Map.of("mps", row.number("wind"))));
    }

    private static Reading reading(String station, String kind, String date, Map<String, ?> values) {
        Map<String, Object> payload = new LinkedHashMap<>();
        payload.put("time", date);
        payload.putAll(values);
        try {
            return new Reading("weather/" + station + "/" + kind, JSON.writeValueAsString(payload));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
