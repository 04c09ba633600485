/** How an MQTT message lies in a Pulsar message: names and forms that data engineers read and write too. */
@NullMarked
package io.magnetar.stream.layout;

import org.jspecify.annotations.NullMarked;
