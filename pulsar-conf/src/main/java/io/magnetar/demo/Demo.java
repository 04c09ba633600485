package io.magnetar.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The demo's main program: makes the stream, lets the fleet publish, tells how to replay. */
public final class Demo {
    private static final int WRONG_USAGE = 2;

    private final DemoOptions options;
    private final PrintStream out;

    private Demo(DemoOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] args) throws InterruptedException {
        System.exit(exitStatus(args));
    }

    private static int exitStatus(String[] args) throws InterruptedException {
        try {
            return new Demo(DemoOptions.parse(args), System.out).run() ? 0 : 1;
        } catch (DemoOptions.InvalidException e) {
            System.err.println("magnetar: " + e.getMessage());
            return WRONG_USAGE;
        } catch (ConnectException e) {
            System.err.println("magnetar: no broker answers: start one with ./magnetar standalone");
        } catch (IOException | TimeoutException e) {
            System.err.println("magnetar: " + e.getMessage());
        } catch (ExecutionException e) {
            System.err.println("magnetar: " + e.getCause());
        }
        return 1;
    }

    private boolean run() throws IOException, InterruptedException, ExecutionException, TimeoutException {
        WeatherStream stream = new WeatherStream(options);
        boolean made = stream.create();
        stream.awaitServed();
        out.println("Stream " + WeatherStream.PULSAR_TOPIC + (made ? " made: " : " found: ")
                + "it keeps weather/#, its key is the station.");
        Map<String, List<Reading>> readings = WeatherData.stations();
        int total = readings.values().stream().mapToInt(List::size).sum();
        out.println(readings.size() + " stations publish " + total + " readings in " + options.seconds() + " seconds:");
        Fleet fleet = new Fleet(readings, options.mqttPort(), out);
        fleet.connect();
        long startMicros = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
        fleet.publish(Duration.ofSeconds(options.seconds()));
        if (fleet.acknowledged() < total) {
            System.err.println("magnetar: " + (total - fleet.acknowledged()) + " readings were not acknowledged, "
                    + fleet.failed() + " of them failed, the first with " + fleet.firstFailure());
            return false;
        }
        fleet.disconnect();
        out.println("All " + total + " readings are acknowledged, and so in the stream.");
        printReplays(startMicros);
        return true;
    }

    private void printReplays(long startMicros) {
        String mosquitto = "  mosquitto_sub -p " + options.mqttPort() + " -q 1 -v ";
        out.println();
        out.println("Replay them, from the beginning, or from the start of this run and one station only:");
        out.println(mosquitto + "-t '$s/earliest/weather/#'");
        out.println(mosquitto + "-t '$s/" + startMicros + "/weather/new-york/+' -C 5844");
        out.println(
                "The same messages through the Pulsar API, and the end of that subscription, which would keep them for ever:");
        out.println("  ./magnetar pulsar-client consume -n 10 -s look -p Earliest " + WeatherStream.PULSAR_TOPIC);
        out.println("  ./magnetar pulsar-admin topics unsubscribe -s look " + WeatherStream.PULSAR_TOPIC);
    }
}
