/** What the flows of a session work with: the way out to the client, the services of the broker, the limits. */
@NullMarked
package io.magnetar.mqtt.flow;

import org.jspecify.annotations.NullMarked;
