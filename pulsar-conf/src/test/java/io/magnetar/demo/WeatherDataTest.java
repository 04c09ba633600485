package io.magnetar.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WeatherDataTest {
    private final Map<String, List<Reading>> stations = WeatherData.stations();

    @Test
    void givesEveryStationAllOfItsReadings() {
        assertThat(stations).containsOnlyKeys("new-york", "seattle", "seattle-hourly");
        assertThat(stations.get("new-york")).hasSize(4 * 1_461);
        assertThat(stations.get("seattle")).hasSize(4 * 1_461);
        assertThat(stations.get("seattle-hourly")).hasSize(3 * 8_759);
    }

    @Test
    void beginsWithTheFirstRowOfTheFile() {
        assertThat(stations.get("seattle"))
                .startsWith(
                        new Reading("weather/seattle/precipitation", "{\"time\":\"2012-01-01\",\"mm\":0.0}"),
                        new Reading(
                                "weather/seattle/temperature", "{\"time\":\"2012-01-01\",\"max\":12.8,\"min\":5.0}"),
                        new Reading("weather/seattle/wind", "{\"time\":\"2012-01-01\",\"mps\":4.7}"),
                        new Reading("weather/seattle/weather", "{\"time\":\"2012-01-01\",\"is\":\"drizzle\"}"));
        assertThat(stations.get("seattle-hourly"))
                .startsWith(new Reading(
                        "weather/seattle-hourly/pressure", "{\"time\":\"2010-01-01T01:00:00\",\"hpa\":1016.6}"));
    }
}
