package io.magnetar.bench.compare;

import io.magnetar.bench.report.LatencySummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * A comparison as pictures: the medians of all systems beside each other, on logarithmic axes.
 *
 * <p>Thread: any, because it keeps nothing.
 */
public final class Plots {
    private static final int LEAST_WIDTH = 900;
    private static final int WIDTH_A_LOAD = 90;
    private static final int HEIGHT = 700;
    private static final int LABELS_DEGREES = 60;
    private static final double MICROS_PER_MILLI = 1e3;

    private Plots() {}

    /** Writes {@code rate.png}, {@code cpu.png} and {@code p99.png}; one that has nothing to show is left out. */
    public static void write(List<Sample> samples, Path directory) throws IOException {
        plot(samples, "Messages a second", Sample::perSecond, directory.resolve("rate.png"));
        plot(
                samples,
                "Broker's microseconds a message",
                sample -> sample.costs().brokerMicros(),
                directory.resolve("cpu.png"));
        plot(samples, "p99, milliseconds", Plots::p99Millis, directory.resolve("p99.png"));
    }

    private static @Nullable Double p99Millis(Sample sample) {
        LatencySummary latency = sample.latency();
        return latency == null ? null : latency.p99() / MICROS_PER_MILLI;
    }

    private static void plot(List<Sample> samples, String title, Function<Sample, @Nullable Double> value, Path file)
            throws IOException {
        List<Sample> shown =
                samples.stream().filter(sample -> isShown(value.apply(sample))).toList();
        List<String> loads = shown.stream().map(Sample::load).distinct().toList();
        if (loads.isEmpty()) {
            return;
        }
        CategoryChart chart = new CategoryChartBuilder()
                .title(title)
                .width(Math.max(LEAST_WIDTH, WIDTH_A_LOAD * loads.size()))
                .height(HEIGHT)
                .build();
        chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Scatter);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setXAxisLabelRotation(LABELS_DEGREES);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        for (String system :
                shown.stream().map(Sample::system).distinct().sorted().toList()) {
            List<Double> medians = new ArrayList<>();
            for (String load : loads) {
                List<Double> values = shown.stream()
                        .filter(sample ->
                                sample.load().equals(load) && sample.system().equals(system))
                        .map(value)
                        .filter(Objects::nonNull)
                        .toList();
                medians.add(values.isEmpty() ? Double.NaN : Medians.of(values));
            }
            chart.addSeries(system, loads, medians);
        }
        BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
    }

    /** What is 0 has no place on a logarithmic axis. */
    private static boolean isShown(@Nullable Double value) {
        return value != null && value > 0;
    }
}
