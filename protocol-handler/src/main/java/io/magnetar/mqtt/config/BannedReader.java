package io.magnetar.mqtt.config;

import io.magnetar.mqtt.access.AddressRange;
import io.magnetar.mqtt.admission.AdmissionSettings.Banned;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads {@code mqttBanned}: {@code client-id:<id>}, {@code username:<name>} and {@code address:<address or range>}, separated by
 * commas.
 *
 * <p>Thread: the caller's; used once.
 */
final class BannedReader {
    private final Consumer<String> problems;
    private final Set<String> clientIds = new HashSet<>();
    private final Set<String> usernames = new HashSet<>();
    private final Set<AddressRange> addresses = new HashSet<>();

    BannedReader(Consumer<String> problems) {
        this.problems = problems;
    }

    Banned read(String written) {
        if (written.isEmpty()) {
            return Banned.NOBODY;
        }
        for (String one : written.split(",", -1)) {
            if (!take(one.trim())) {
                problems.accept(ConfigurationKey.BANNED.key() + ": '" + one.trim()
                        + "' is not client-id:<id>, username:<name> or address:<address or range>");
            }
        }
        return new Banned(Set.copyOf(clientIds), Set.copyOf(usernames), Set.copyOf(addresses));
    }

    private boolean take(String one) {
        int colon = one.indexOf(':');
        String value = one.substring(colon + 1);
        if (colon < 0 || value.isEmpty()) {
            return false;
        }
        return switch (one.substring(0, colon)) {
            case "client-id" -> {
                clientIds.add(value);
                yield true;
            }
            case "username" -> {
                usernames.add(value);
                yield true;
            }
            case "address" -> {
                Optional<AddressRange> range = AddressRange.parse(value);
                range.ifPresent(addresses::add);
                yield range.isPresent();
            }
            default -> false;
        };
    }
}
