/** MQTT on the wire, as few bytes and objects as a load generator needs. */
@NullMarked
package io.magnetar.bench.wire;

import org.jspecify.annotations.NullMarked;
