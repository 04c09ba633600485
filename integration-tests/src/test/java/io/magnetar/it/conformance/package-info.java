/** Which test covers which numbered statement of the MQTT specifications. */
@NullMarked
package io.magnetar.it.conformance;

import org.jspecify.annotations.NullMarked;
