/** A whole broker with durable sessions in one thread and in virtual time, which dies whenever a seed says so. */
@NullMarked
package io.magnetar.mqtt.crash;

import org.jspecify.annotations.NullMarked;
