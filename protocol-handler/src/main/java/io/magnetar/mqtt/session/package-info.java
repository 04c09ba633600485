/** A client's session. */
@NullMarked
package io.magnetar.mqtt.session;

import org.jspecify.annotations.NullMarked;
