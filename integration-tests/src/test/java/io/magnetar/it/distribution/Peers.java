package io.magnetar.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Programs of other projects that tests use where they are installed. In CI nothing is left out. */
public final class Peers {
    /** The system's own Python, which has the packages of the distribution. */
    public static final String PYTHON = "/usr/bin/python3";

    private Peers() {}

    /** Ends the test as skipped when a program is not installed; in CI that is a failure. */
    public static void require(String program) {
        boolean installed = Stream.of(System.getenv("PATH").split(Pattern.quote(File.pathSeparator)))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
        require(program, installed);
    }

    /** The same for a module of {@link #PYTHON}. */
    public static void requirePython(String module) throws IOException, InterruptedException {
        boolean installed = Files.isExecutable(Path.of(PYTHON))
                && new ProcessBuilder(PYTHON, "-c", "import " + module)
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0;
        require("Python's " + module, installed);
    }

    private static void require(String name, boolean installed) {
        if ("true".equals(System.getenv("CI"))) {
            assertThat(installed).as("%s is installed", name).isTrue();
        }
        assumeTrue(installed, () -> name + " is not installed: what it would show is left out");
    }

    /** The same for a file that a package manager puts into the project. */
    public static void requireFile(Path file) {
        boolean there = Files.exists(file);
        if ("true".equals(System.getenv("CI"))) {
            assertThat(file).exists();
        }
        assumeTrue(there, () -> file + " is not there: what it would show is left out");
    }
}
