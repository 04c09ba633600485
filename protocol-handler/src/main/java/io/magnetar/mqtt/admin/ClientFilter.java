package io.magnetar.mqtt.admin;

import io.magnetar.mqtt.session.RecordedSessions.Recorded;
import io.magnetar.mqtt.takeover.ConnectedClient;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which clients are asked for. Those that are not connected have no user name and no address here.
 *
 * <p>Thread: immutable.
 *
 * @param prefix what the client identifier begins with; empty for any
 * @param username null for any
 * @param address as it is shown, null for any
 * @param connected null for both
 */
record ClientFilter(
        String prefix,
        @Nullable String username,
        @Nullable String address,
        @Nullable Boolean connected) {

    /** @param session null when it has no durable session; one of both there is */
    record Candidate(
            @Nullable ConnectedClient client, @Nullable Recorded session) {}

    static ClientFilter of(AdminRequest request) {
        Optional<String> connected = request.parameter("connected");
        if (connected
                .filter(word -> !word.equals("true") && !word.equals("false"))
                .isPresent()) {
            throw RefusedRequest.bad("connected=" + connected.get() + " is neither true nor false");
        }
        return new ClientFilter(
                request.parameter("prefix").orElse(""),
                request.parameter("username").orElse(null),
                request.parameter("address").orElse(null),
                connected.map(Boolean::valueOf).orElse(null));
    }

    boolean accepts(Candidate candidate) {
        ConnectedClient client = candidate.client();
        if (connected != null && connected != (client != null)) {
            return false;
        }
        boolean rightName = username == null || (client != null && username.equals(client.username()));
        boolean rightAddress = address == null
                || (client != null
                        && address.equals(client.address().getAddress().getHostAddress()));
        return rightName && rightAddress;
    }
}
