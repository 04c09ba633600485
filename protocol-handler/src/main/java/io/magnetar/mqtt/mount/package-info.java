/** Clients whose topics are all below one place: their topics and filters get a prefix as they come in, and lose it on the way out. */
@NullMarked
package io.magnetar.mqtt.mount;

import org.jspecify.annotations.NullMarked;
