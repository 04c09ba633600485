/** Sharing the reading of streams: groups are Pulsar subscriptions, their members Pulsar consumers. */
@NullMarked
package io.magnetar.stream.group;

import org.jspecify.annotations.NullMarked;
