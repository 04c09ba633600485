/** Retained messages: kept in memory for delivery, in a compacted log for ever. */
@NullMarked
package io.magnetar.mqtt.retain;

import org.jspecify.annotations.NullMarked;
