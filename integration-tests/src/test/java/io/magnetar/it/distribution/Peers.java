package io.magnetar.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Programs of other projects that tests use where they are installed. In CI nothing is left out. */
final class Peers {
    private Peers() {}

    /** Ends the test as skipped when a program is not installed; in CI that is a failure. */
    static void require(String program) {
        boolean installed = Stream.of(System.getenv("PATH").split(Pattern.quote(File.pathSeparator)))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
        if ("true".equals(System.getenv("CI"))) {
            assertThat(installed).as("%s is installed", program).isTrue();
        }
        assumeTrue(installed, () -> program + " is not installed: what it would show is left out");
    }
}
