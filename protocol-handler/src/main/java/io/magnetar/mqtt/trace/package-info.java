/** The packets of single clients, written to files while an operator wants to see them. */
@NullMarked
package io.magnetar.mqtt.trace;

import org.jspecify.annotations.NullMarked;
