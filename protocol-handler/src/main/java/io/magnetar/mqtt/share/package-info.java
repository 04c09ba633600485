/** Shared subscriptions: groups of clients, each message to one of them. */
@NullMarked
package io.magnetar.mqtt.share;

import org.jspecify.annotations.NullMarked;
