package io.magnetar.mqtt.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The clients that a rule is about: those that are all that it says, where null and an empty list say nothing.
 *
 * <p>Thread: immutable.
 */
record Who(
        @Nullable TextMatch clientId,
        @Nullable TextMatch username,
        @Nullable TextMatch role,
        List<AddressRange> addresses) {
    static final Who ALL = new Who(null, null, null, List.of());

    Who {
        addresses = List.copyOf(addresses);
    }

    /** @param grants whether those who are it get anything by that */
    boolean is(Subject client, boolean grants) {
        return (clientId == null || clientId.matches(client.clientId()))
                && (username == null || username.matches(client.username(grants)))
                && (role == null || role.matches(client.role()))
                && (addresses.isEmpty() || addresses.stream().anyMatch(range -> range.contains(client.address())));
    }
}
