package io.magnetar.mqtt.admission;

import io.magnetar.mqtt.access.AddressRange;
import io.magnetar.tenancy.Namespace;

/** Who connects too often. */
sealed interface Offender {
    record Client(Namespace namespace, String clientId) implements Offender {}

    record Address(AddressRange range) implements Offender {}
}
