/** Logs whose newest record of a key counts: the state that all brokers share, each record an ordinary Pulsar message. */
@NullMarked
package io.magnetar.log;

import org.jspecify.annotations.NullMarked;
