package io.magnetar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Namespaces and their settings in files. */
class NamespaceTableTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static ObjectNode entry(String json) throws Exception {
        return (ObjectNode) JSON.readTree(json);
    }

    @Test
    void whatIsWrittenAsCsvOrJsonIsReadAgain() throws Exception {
        List<ObjectNode> entries = List.of(
                entry(
                        "{'namespace':'a','adminRoles':['x','CN=y,O=z'],'allowedClusters':['c'],'properties':{'mqtt.p':'1'}}"
                                .replace('\'', '"')),
                entry(
                        "{'namespace':'b','adminRoles':['q'],'allowedClusters':['c'],'properties':{'mqtt.q':'[\\'s\\', 2]'}}"
                                .replace("\\'", "\\\"")
                                .replace('\'', '"')));

        assertThat(NamespaceTable.csv(entries).lines().findFirst())
                .contains("namespace,adminRoles,allowedClusters,mqtt.p,mqtt.q");
        assertThat(NamespaceTable.read(NamespaceTable.csv(entries))).isEqualTo(entries);
        assertThat(NamespaceTable.read(NamespaceTable.json(entries))).isEqualTo(entries);
    }

    @Test
    void whatIsNoTableOfNamespacesIsRefusedWithTheReason() throws Exception {
        assertRefused("name,mqtt.p\na,1\n", "the first row has the titles");
        assertRefused("namespace,color\na,red\n", "'color' is nothing that a namespace has here");
        assertRefused("namespace,mqtt.p\na\n", "row 2 has 1 cells, not 2");
        assertRefused("namespace,mqtt.p\n,1\n", "entry 1 has no namespace");
        assertRefused("namespace\n\"a\n", "a quote that is not closed");
        assertRefused("namespace\na\"b\n", "a quote inside a cell");
        assertRefused("[{\"namespace\": \"a\", \"colour\": 1}]", "'colour' is nothing");
        assertRefused("[1]", "no list of objects");
        assertRefused("[", "the JSON is wrong");
        assertThatThrownBy(() -> NamespaceTable.csv(List.of(entry("{\"namespace\":\"a\",\"adminRoles\":[\"x;y\"]}"))))
                .hasMessageContaining("'x;y' has a semicolon: export as JSON");
    }

    private static void assertRefused(String text, String reason) {
        assertThatThrownBy(() -> NamespaceTable.read(text)).hasMessageContaining(reason);
    }

    @Test
    void anyCellsAreReadAsTheyWereWritten() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String letters = "ab,\"\n ;'";
        for (int i = 0; i < 2_000; i++) {
            List<List<String>> rows = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            for (int row = 0; row < 3; row++) {
                List<String> cells = new ArrayList<>(List.of("first"));
                for (int cell = 0; cell < 2; cell++) {
                    StringBuilder content = new StringBuilder();
                    for (int length = random.nextInt(5); length > 0; length--) {
                        content.append(letters.charAt(random.nextInt(letters.length())));
                    }
                    cells.add(content.toString());
                }
                rows.add(cells);
                text.append(Csv.line(cells)).append(random.nextBoolean() ? "\r\n" : "\n");
            }
            assertThat(Csv.rows(text.toString())).as("seed %d, %s", seed, text).isEqualTo(rows);
        }
    }
}
