/** Where a client belongs, without a connection. */
@NullMarked
package io.magnetar.mqtt.namespace;

import org.jspecify.annotations.NullMarked;
