package io.magnetar.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.magnetar.bench.report.Growth.Memory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrowthTest {
    @Test
    void tellsWhatEachOneCosts() {
        Growth growth = new Growth(1_000, new Memory(75_000_000, 500_000_000), new Memory(78_500_000, 501_000_000));

        assertThat(growth.heapBytesEach()).isEqualTo(3_500);
        assertThat(growth.text("connections"))
                .contains("1,000 connections")
                .contains("75.0 MB before, 78.5 MB with them, 3,500 bytes each");
    }

    @Test
    void seesWhatAJavaProcessHolds() throws Exception {
        JavaProcess self = new JavaProcess(LinuxProcess.self());
        Memory before = self.memory();
        List<byte[]> held = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            held.add(new byte[1 << 20]);
        }

        Memory with = self.memory();

        assertThat(with.heapBytes() - before.heapBytes()).isBetween(30L << 20, 40L << 20);
        assertThat(held).hasSize(32);
    }

    @Test
    void refusesAProcessThatIsNoJava() throws Exception {
        Process sleep = new ProcessBuilder("sleep", "60").start();
        try {
            assertThatThrownBy(() -> new JavaProcess(new LinuxProcess(sleep.pid())).memory())
                    .isInstanceOf(IOException.class);
        } finally {
            sleep.destroyForcibly();
        }
    }
}
