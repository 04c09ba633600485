package io.magnetar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.jspecify.annotations.Nullable;

/**
 * What the command line gave, by the first name of each parameter.
 *
 * <p>Thread: immutable.
 *
 * @param command for sentences: the command that the arguments belong to
 */
record Arguments(String command, Map<String, @Nullable Object> given) {
    static final String ACTION = "action";

    /**
     * The tool does not promise which of two words it takes for the first one: the one that is an action is the action.
     *
     * @param second the name of the word behind the action
     */
    static Arguments of(String command, List<String> actions, String second, Map<String, @Nullable Object> given) {
        Object action = given.get(ACTION);
        Object other = given.get(second);
        if (action == null || other == null || actions.contains(action) || !actions.contains(other)) {
            return new Arguments(command, given);
        }
        Map<String, @Nullable Object> swapped = new HashMap<>(given);
        swapped.put(ACTION, other);
        swapped.put(second, action);
        return new Arguments(command, swapped);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(given.get(name)).map(Object::toString);
    }

    /** Names separated by commas; an empty text is none. */
    Optional<List<String>> names(String name) {
        return text(name)
                .map(all -> Arrays.stream(all.split(","))
                        .map(String::strip)
                        .filter(each -> !each.isEmpty())
                        .toList());
    }

    boolean flag(String name) {
        return Boolean.TRUE.equals(given.get(name));
    }

    /** @param what what is missing when it is missing */
    String required(String name, String what) throws PulsarAdminException {
        return text(name).orElseThrow(() -> wrong("there is no " + what));
    }

    /** A whole number, if there is one. */
    Optional<Integer> number(String name) throws PulsarAdminException {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return text.map(Integer::valueOf);
        } catch (NumberFormatException e) {
            throw wrong(name + " needs a whole number, not '" + text.get() + "'");
        }
    }

    /** NAME=VALUE, as many as wanted, separated by commas. */
    Map<String, String> pairs(String name) throws PulsarAdminException {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : text(name).map(all -> all.split(",", -1)).orElse(new String[0])) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw wrong(name + " needs NAME=VALUE, not '" + pair + "'");
            }
            pairs.put(pair.substring(0, equals).strip(), pair.substring(equals + 1));
        }
        return pairs;
    }

    /** Prints an answer as JSON when that was asked for, and else in words. */
    void show(JsonNode answer, PrintStream out, Consumer<JsonNode> inWords) {
        if (flag(Parameters.JSON)) {
            out.println(answer.toPrettyString());
        } else {
            inWords.accept(answer);
        }
    }

    /** The command line is wrong. */
    PulsarAdminException wrong(String what) {
        return Failure.of(what, "see pulsar-admin " + command + " --help");
    }
}
