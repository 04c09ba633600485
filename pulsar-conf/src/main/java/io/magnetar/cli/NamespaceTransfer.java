package io.magnetar.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pulsar.client.admin.PulsarAdminException;

/** Many namespaces at a time, from and to files. Thread: the command's. */
final class NamespaceTransfer {
    private static final String NAMESPACES = "namespaces";
    private static final String PAGE = "1000";

    private final AdminClient client;
    private final PrintStream out;

    NamespaceTransfer(AdminClient client, PrintStream out) {
        this.client = client;
        this.out = out;
    }

    void exportAll(Arguments arguments) throws PulsarAdminException {
        String format = arguments.text("--format").orElse("json");
        if (!format.equals("json") && !format.equals("csv")) {
            throw arguments.wrong("'" + format + "' is no format: json or csv");
        }
        List<ObjectNode> entries = new ArrayList<>();
        String after = "";
        while (after != null) {
            Map<String, String> query = new LinkedHashMap<>(Map.of("settings", "true", "limit", PAGE));
            query.put("after", after);
            JsonNode page = client.get(List.of(NAMESPACES), query);
            page.path(NAMESPACES).forEach(shown -> entries.add(NamespaceTable.entry(shown)));
            after = page.has("next") ? page.path("next").asText() : null;
        }
        try {
            out.println(format.equals("csv") ? NamespaceTable.csv(entries) : NamespaceTable.json(entries));
        } catch (IllegalArgumentException e) {
            throw Failure.of(String.valueOf(e.getMessage()), "nothing was written");
        }
    }

    /** Makes those that are missing and sets what is given; goes on behind one that is refused, and fails at the end. */
    void importAll(Arguments arguments) throws PulsarAdminException {
        List<ObjectNode> entries = read(arguments);
        int done = 0;
        for (ObjectNode entry : entries) {
            String name = entry.path("namespace").asText();
            try {
                ObjectNode creation = entry.deepCopy();
                creation.remove("namespace");
                client.ask("PUT", List.of(NAMESPACES, name), Map.of(), creation);
                done++;
            } catch (PulsarAdminException e) {
                new Text(out).line(Text.printable(name + ": " + e.getHttpError()));
            }
        }
        out.println(done + " of " + entries.size() + " namespaces are as the file has them");
        if (done < entries.size()) {
            throw Failure.of((entries.size() - done) + " namespaces were refused", "the reasons are above");
        }
    }

    private static List<ObjectNode> read(Arguments arguments) throws PulsarAdminException {
        String file = arguments.required("--file", "file to import: name it with --file");
        try {
            byte[] bytes = file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
            return NamespaceTable.read(new String(bytes, UTF_8));
        } catch (IOException e) {
            throw Failure.of(file + " cannot be read", String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw Failure.of(file + " is neither JSON nor CSV of namespaces", String.valueOf(e.getMessage()));
        }
    }
}
