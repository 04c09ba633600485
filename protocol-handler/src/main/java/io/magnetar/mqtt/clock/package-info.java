/** Time as a parameter. */
@NullMarked
package io.magnetar.mqtt.clock;

import org.jspecify.annotations.NullMarked;
