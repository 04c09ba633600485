/** A client's subscriptions to streams. */
@NullMarked
package io.magnetar.mqtt.stream;

import org.jspecify.annotations.NullMarked;
