package io.magnetar.mqtt.admission;

import io.magnetar.mqtt.access.AddressRange;
import java.util.Set;

/**
 * Who may come in.
 *
 * <p>Thread: immutable.
 *
 * @param maxConnections how many clients the broker serves at once
 * @param maxConnects how often a client identifier may connect in the window; 0 for as often as it likes
 * @param maxConnectsOfAddress the same for an address
 * @param windowSeconds how long the window is
 * @param banSeconds how long those are banned who connect more often
 * @param banned who is never let in
 */
public record AdmissionSettings(
        int maxConnections,
        int maxConnects,
        int maxConnectsOfAddress,
        int windowSeconds,
        int banSeconds,
        Banned banned) {

    /** Who the operator has banned: client identifiers and user names of any namespace, and addresses. */
    public record Banned(Set<String> clientIds, Set<String> usernames, Set<AddressRange> addresses) {
        public static final Banned NOBODY = new Banned(Set.of(), Set.of(), Set.of());

        int size() {
            return clientIds.size() + usernames.size() + addresses.size();
        }
    }
}
