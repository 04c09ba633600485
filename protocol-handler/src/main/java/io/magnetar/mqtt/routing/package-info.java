/** Who wants a topic: live subscribers and streams, found once per topic and remembered. */
@NullMarked
package io.magnetar.mqtt.routing;

import org.jspecify.annotations.NullMarked;
