package io.magnetar.it.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every statement of the specifications that concerns a server has a test that names it, and the documentation says which. */
class ConformanceTest {
    private static final Path DOCUMENT = Path.of("../docs/conformance.md");
    private static final Path FRESH = Path.of("target/conformance.md");
    private static final String BEGIN = "<!-- statements: made by io.magnetar.it.conformance.ConformanceTest -->\n";
    private static final String END = "<!-- end of statements -->";

    private static final List<Specification> SPECIFICATIONS = Specification.all();
    private static final NamedStatements NAMED = NamedStatements.find();
    /** What no test covers yet, and which feature it waits for: this list only ever shrinks. */
    private static final Map<String, String> UNCOVERED = uncovered();

    private static Map<String, String> uncovered() {
        Map<String, String> uncovered = new LinkedHashMap<>();
        for (String line : Specification.lines("uncovered.txt")) {
            String[] parts = line.split(" \\| ", 2);
            uncovered.put(parts[0], parts[1]);
        }
        return uncovered;
    }

    private static Set<String> known(boolean clientOnlyToo) {
        Set<String> known = new TreeSet<>();
        for (Specification specification : SPECIFICATIONS) {
            specification.statements().keySet().forEach(id -> known.add(specification.prefix() + id));
            if (clientOnlyToo) {
                specification.clientOnly().forEach(id -> known.add(specification.prefix() + id));
            }
        }
        return known;
    }

    @Test
    void everyStatementHasATestOrIsKnownToHaveNone() {
        Set<String> missing = new TreeSet<>(known(false));
        missing.removeAll(NAMED.ids());
        missing.removeAll(UNCOVERED.keySet());

        assertThat(missing).as("statements that no test names").isEmpty();
    }

    @Test
    void nothingIsCalledUncoveredThatATestNames() {
        assertThat(UNCOVERED.keySet())
                .as("uncovered.txt has statements of the specifications only")
                .isSubsetOf(known(false));
        Set<String> covered = new TreeSet<>(UNCOVERED.keySet());
        covered.retainAll(NAMED.ids());

        assertThat(covered)
                .as("statements to take out of src/test/resources/conformance/uncovered.txt, for tests name them now")
                .isEmpty();
    }

    @Test
    void testsNameOnlyStatementsThatExist() {
        Set<String> unknown = new TreeSet<>(NAMED.ids());
        unknown.removeAll(known(true));

        assertThat(unknown.stream().map(id -> id + " in " + NAMED.tests(id))).isEmpty();
    }

    @Test
    void theDocumentationHasTheTableAsItIs() throws IOException {
        String document = Files.readString(DOCUMENT);
        int begin = document.indexOf(BEGIN) + BEGIN.length();
        int end = document.indexOf(END);
        assertThat(end).as("docs/conformance.md has its marks").isGreaterThanOrEqualTo(begin);
        String fresh = document.substring(0, begin) + tables() + document.substring(end);
        Files.createDirectories(FRESH.toAbsolutePath().getParent());
        Files.writeString(FRESH, fresh);

        assertThat(document)
                .as("docs/conformance.md is stale: cp integration-tests/target/conformance.md docs/")
                .isEqualTo(fresh);
    }

    private static String tables() {
        StringBuilder out = new StringBuilder();
        for (Specification specification : SPECIFICATIONS) {
            List<String> rows = new ArrayList<>();
            int covered = 0;
            for (Map.Entry<String, String> statement :
                    specification.statements().entrySet()) {
                String id = specification.prefix() + statement.getKey();
                Set<String> tests = NAMED.tests(id);
                covered += tests.isEmpty() ? 0 : 1;
                rows.add("| " + statement.getKey() + " | " + statement.getValue() + " | "
                        + (tests.isEmpty()
                                ? "**not covered yet**: " + UNCOVERED.getOrDefault(id, "nobody's")
                                : String.join("<br>", tests))
                        + " |");
            }
            out.append("\n## ").append(specification.title()).append("\n\n");
            out.append("%d of %d statements are covered.%n%n".formatted(covered, rows.size()));
            out.append("| statement | what it asks for | tests |\n|---|---|---|\n");
            rows.forEach(row -> out.append(row).append('\n'));
            out.append("\nFor clients only: ")
                    .append(String.join(", ", specification.clientOnly()))
                    .append(".\n");
        }
        return out.append('\n').toString();
    }
}
