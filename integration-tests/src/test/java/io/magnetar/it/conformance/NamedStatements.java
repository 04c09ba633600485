package io.magnetar.it.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the statements that tests name, in comments and in the names of their cases: {@code [MQTT-3.3.1-5]} for MQTT 5.0; behind
 * {@code 3.1.1:} in the same line, for MQTT 3.1.1.
 */
final class NamedStatements {
    private static final Pattern STATEMENT = Pattern.compile("(3\\.1\\.1:? )?\\[(MQTT-[0-9.]+-[0-9]+)]");
    private static final Pattern METHOD = Pattern.compile("^ {4}(?![@/* ])[^=;]*?(\\w+)\\(");
    private static final Pattern COMMENT = Pattern.compile("^ {4,5}(?:\\*|/\\*\\*)");
    private static final Pattern SOURCE = Pattern.compile("(\\w+(?:Test|IT))\\.java");

    /** By id, with the prefix of the specification before it. */
    private final Map<String, Set<String>> tests = new TreeMap<>();

    NamedStatements() {}

    /** Reads the test sources of all modules. */
    static NamedStatements find() {
        NamedStatements named = new NamedStatements();
        Path project = Path.of("").toAbsolutePath().getParent();
        try (Stream<Path> modules = Files.list(project)) {
            modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .sorted()
                    .forEach(named::readModule);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return named;
    }

    private void readModule(Path sources) {
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.sorted().toList()) {
                Matcher source = SOURCE.matcher(file.getFileName().toString());
                if (source.matches()) {
                    read(source.group(1), Files.readAllLines(file));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param testClass the simple name of the class that the lines are the source of */
    void read(String testClass, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            Matcher statement = STATEMENT.matcher(lines.get(i));
            String prefix = "";
            while (statement.find()) {
                prefix = statement.group(1) == null ? prefix : "3.1.1: ";
                String test = testClass
                        + testMethod(lines, i).map(method -> "." + method).orElse("");
                tests.computeIfAbsent(prefix + statement.group(2), id -> new TreeSet<>())
                        .add(test);
            }
        }
    }

    /** The test that a line belongs to; empty for what is said of the whole class. */
    private static Optional<String> testMethod(List<String> lines, int line) {
        int step = COMMENT.matcher(lines.get(line)).find() ? 1 : -1;
        for (int i = line; i >= 0 && i < lines.size(); i += step) {
            Matcher method = METHOD.matcher(lines.get(i));
            if (method.find()) {
                return isTest(lines, i) ? Optional.of(method.group(1)) : userOf(lines, method.group(1));
            }
        }
        return Optional.empty();
    }

    private static boolean isTest(List<String> lines, int methodLine) {
        for (int i = methodLine - 1; i >= 0 && !lines.get(i).isBlank(); i--) {
            if (lines.get(i).startsWith("    @Test") || lines.get(i).startsWith("    @ParameterizedTest")) {
                return true;
            }
        }
        return false;
    }

    /** The test whose cases a method provides. */
    private static Optional<String> userOf(List<String> lines, String provider) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains("@MethodSource(\"" + provider + "\")")) {
                return testMethod(lines, nextMethod(lines, i));
            }
        }
        return Optional.empty();
    }

    private static int nextMethod(List<String> lines, int line) {
        int i = line;
        while (!METHOD.matcher(lines.get(i)).find()) {
            i++;
        }
        return i;
    }

    Set<String> ids() {
        return tests.keySet();
    }

    /** The tests that name a statement, as {@code Class.method}. */
    Set<String> tests(String id) {
        return tests.getOrDefault(id, Set.of());
    }
}
