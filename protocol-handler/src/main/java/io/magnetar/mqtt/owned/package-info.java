/** The partitions that the broker in which we run owns: appended to without a client in between, in Pulsar's own batch format. */
@NullMarked
package io.magnetar.mqtt.owned;

import org.jspecify.annotations.NullMarked;
