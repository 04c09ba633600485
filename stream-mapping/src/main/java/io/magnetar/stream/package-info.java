/**
 * MQTT streams: what a stream is, which streams a topic belongs to, and the ports through which the MQTT side appends to them
 * and reads them.
 */
@NullMarked
package io.magnetar.stream;

import org.jspecify.annotations.NullMarked;
