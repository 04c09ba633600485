package io.magnetar.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.bench.report.LatencySummary;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlotsTest {
    @TempDir
    private Path directory;

    @Test
    void drawsWhatIsKnown() throws Exception {
        Costs costs = new Costs(0.5, null, null, null);
        Plots.write(
                List.of(
                        new Sample("pairs", "Magnetar", 1_000_000, costs, new LatencySummary(1, 1, 2_000, 3, 4), ""),
                        new Sample("pairs", "Mosquitto", 100_000, Costs.UNKNOWN, null, ""),
                        new Sample("ingest", "Magnetar", 500_000, costs, null, ""),
                        new Sample("ingest", "broken", 0, Costs.UNKNOWN, null, "broke off")),
                directory);

        for (String file : List.of("rate.png", "cpu.png", "p99.png")) {
            BufferedImage image = ImageIO.read(directory.resolve(file).toFile());
            assertThat(image.getWidth()).as(file).isGreaterThanOrEqualTo(900);
        }
    }

    @Test
    void drawsNothingOfNothing() throws Exception {
        Plots.write(List.of(), directory);

        assertThat(directory).isEmptyDirectory();
    }
}
