/** What Pulsar's authorization says to clients that have a role there. */
@NullMarked
package io.magnetar.mqtt.access.pulsar;

import org.jspecify.annotations.NullMarked;
