package io.magnetar.it.distribution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.magnetar.it.client.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A standalone whose streams flow into sinks. Thread: the test's. */
final class SinkStage implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Standalone standalone;

    SinkStage(String name) throws Exception {
        standalone = new Standalone(name).start();
    }

    Standalone standalone() {
        return standalone;
    }

    String admin(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("pulsar-admin"));
        command.addAll(List.of(arguments));
        return standalone.magnetar(command.toArray(String[]::new));
    }

    /** A stream in {@code public/streams}. */
    void stream(String name, int partitions, String filter) throws Exception {
        admin(
                "topics",
                "create-partitioned-topic",
                "persistent://public/streams/" + name,
                "-p",
                Integer.toString(partitions),
                "-m",
                "mqtt.filter=" + filter);
        standalone.status().awaitStream(name);
    }

    /** Publishes readings of five sites, with counts from one number to before another. */
    void readings(int from, int to) throws Exception {
        try (Device device = Device.connect(standalone.mqttPort(), "station-1")) {
            for (int i = from; i < to; i++) {
                device.publish(
                        "sensors/s" + i % 5 + "/readings",
                        "{\"temp\":" + i + ".5,\"count\":" + i + "}",
                        MqttQos.AT_LEAST_ONCE);
            }
        }
    }

    void create(Path configuration) throws Exception {
        admin("sinks", "create", "--sink-config-file", configuration.toString());
    }

    void delete(String sink) throws Exception {
        admin("sinks", "delete", "--name", sink);
    }

    /** What {@code sinks status} tells of the first instance. */
    JsonNode status(String sink) throws Exception {
        String printed = admin("sinks", "status", "--name", sink);
        return JSON.readTree(printed.substring(printed.indexOf('{'))).at("/instances/0/status");
    }

    /** The reasons in the status of the first instance. */
    List<String> reasons(String sink) throws Exception {
        return status(sink).path("latestSinkExceptions").findValuesAsText("exceptionString");
    }

    @Override
    public void close() throws Exception {
        standalone.close();
    }
}
