package io.magnetar.mqtt.access;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.counters.Traffic;
import io.magnetar.mqtt.owner.Owner;
import java.net.InetAddress;
import java.util.List;

/** Rights of clients that may do everything. Stateless. */
public final class OpenAccess {
    private OpenAccess() {}

    public static ClientAccess of(Publisher client, Owner owner) {
        Subject subject = new Subject(client, true, null, null, InetAddress.getLoopbackAddress(), false, List.of());
        return new AccessControl()
                .client(
                        subject,
                        new ClientAccess.Place(client, ""),
                        owner,
                        new Traffic(),
                        new Counters().of(client.namespace()));
    }
}
