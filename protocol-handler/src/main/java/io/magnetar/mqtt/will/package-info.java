/** The publication of wills. */
@NullMarked
package io.magnetar.mqtt.will;

import org.jspecify.annotations.NullMarked;
