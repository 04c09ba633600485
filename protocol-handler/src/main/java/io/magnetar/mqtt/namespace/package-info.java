/** Which namespace a client is in, and which namespaces the broker serves. */
@NullMarked
package io.magnetar.mqtt.namespace;

import org.jspecify.annotations.NullMarked;
