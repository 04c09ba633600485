/** The PUBLISH flows: inbound with their acknowledgements in order, outbound with their window. */
@NullMarked
package io.magnetar.mqtt.publish;

import org.jspecify.annotations.NullMarked;
