package io.magnetar.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every Java source of the project keeps to, beyond what the formatter sees to. */
class SourceRulesTest {
    private static final int MAX_LINES = 500;
    private static final Pattern UNFINISHED = Pattern.compile("\\b(?:TO" + "DO|FIX" + "ME|X" + "XX)\\b");

    @Test
    void aFileHoldsOneIdea() {
        assertThat(sources().filter(source -> lines(source).size() > MAX_LINES))
                .as("files that have more than one idea, for they need more than %d lines", MAX_LINES)
                .isEmpty();
    }

    @Test
    void nothingIsLeftForLater() {
        assertThat(linesThat(line -> UNFINISHED.matcher(line).find())).isEmpty();
    }

    private static Stream<String> linesThat(Predicate<String> breakARule) {
        return sources().flatMap(source -> {
            List<String> lines = lines(source);
            return IntStream.range(0, lines.size())
                    .filter(i -> breakARule.test(lines.get(i)))
                    .mapToObj(i -> source + ":" + (i + 1));
        });
    }

    private static Stream<Path> sources() {
        Path project = Path.of("").toAbsolutePath().getParent();
        try (Stream<Path> modules = Files.list(project)) {
            List<Path> sources = modules.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .flatMap(SourceRulesTest::javaFiles)
                    .toList();
            assertThat(sources).isNotEmpty();
            return sources.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> javaFiles(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path source) {
        try {
            return Files.readAllLines(source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
