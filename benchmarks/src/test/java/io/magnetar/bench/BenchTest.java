package io.magnetar.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pairs",
                "fanout",
                "fanin",
                "stream-ingest",
                "replay",
                "connects",
                "backlog",
                "compare",
                "profile"
            })
    void everyCommandExplainsItself(String command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: magnetar bench " + command);
    }

    @Test
    void aCommandIsNeeded() {
        assertThat(run()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("Name what to run.");
    }

    @ParameterizedTest
    @CsvSource({
        "--host=8.8.8.8, only a loopback address",
        "--qos=3, '--qos: from 0 to 2, not 3.'",
        "--port=0, '--port: from 1 to 65535, not 0.'",
        "--payload=15, '--payload: from 16 to'",
        "--window=0, '--window: from 1 to'",
        "--seconds=0, '--seconds: from 1 to'",
        "--mqtt=6, '--mqtt: 3.1.1 or 5, not 6.'",
        "--pairs=1000000, '--pairs: from 1 to'",
        "--broker-pid=2147483647, there is no process 2147483647",
        "--speed=9, Unknown option"
    })
    void wrongOptionsAreNamed(String option, String expected) {
        assertThat(run("pairs", option)).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(expected);
    }

    private int run(String... arguments) {
        return Bench.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
