/** What a namespace and its clients may use of a broker, and what they have used of it. */
@NullMarked
package io.magnetar.mqtt.quota;

import org.jspecify.annotations.NullMarked;
