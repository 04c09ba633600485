package io.magnetar.mqtt.mount;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How the mountpoint of a listener's clients is written: {@code groups/${username}/}.
 *
 * <p>Thread: immutable.
 */
public record MountpointTemplate(String written) {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");
    private static final Map<String, Function<MountedClient, @Nullable String>> VALUES = Map.of(
            "clientid", MountedClient::clientId,
            "username", MountedClient::username,
            "namespace", client -> client.namespace().name(),
            "cert_cn", MountedClient::commonName);

    /** What is wrong with a template and what would be right, or nothing. */
    public static Optional<String> problem(String written) {
        Optional<String> unknown = PLACEHOLDER
                .matcher(written)
                .results()
                .map(found -> found.group(1))
                .filter(name -> !VALUES.containsKey(name))
                .findFirst();
        if (unknown.isPresent()) {
            return Optional.of("there is no placeholder ${" + unknown.get() + "}, there are "
                    + VALUES.keySet().stream()
                            .sorted()
                            .map(name -> "${" + name + "}")
                            .collect(Collectors.joining(", ")));
        }
        String fixed = PLACEHOLDER.matcher(written).replaceAll("x");
        boolean legal = fixed.endsWith("/")
                && !fixed.startsWith("$")
                && fixed.chars().noneMatch(c -> c == '+' || c == '#' || Character.isISOControl(c));
        return legal
                ? Optional.empty()
                : Optional.of("a mountpoint ends with '/', does not begin with '$', and has no '+', '#' or control"
                        + " character");
    }

    /**
     * The mountpoint of a client.
     *
     * @return nothing when a value is missing, or could be taken for more than one level: empty, or with {@code /}, {@code +},
     *     {@code #}, {@code $} at its begin, or a control character
     */
    public Optional<Mountpoint> of(MountedClient client) {
        Matcher matcher = PLACEHOLDER.matcher(written);
        StringBuilder prefix = new StringBuilder();
        while (matcher.find()) {
            String value =
                    VALUES.getOrDefault(matcher.group(1), ignored -> null).apply(client);
            if (value == null || !isLevel(value)) {
                return Optional.empty();
            }
            matcher.appendReplacement(prefix, Matcher.quoteReplacement(value));
        }
        return Optional.of(new Mountpoint(matcher.appendTail(prefix).toString()));
    }

    private static boolean isLevel(String value) {
        return !value.isEmpty()
                && !value.startsWith("$")
                && value.chars().noneMatch(c -> c == '/' || c == '+' || c == '#' || Character.isISOControl(c));
    }
}
