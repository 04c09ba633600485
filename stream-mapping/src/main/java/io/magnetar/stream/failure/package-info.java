/** What Pulsar's exceptions mean to an MQTT client. */
@NullMarked
package io.magnetar.stream.failure;

import org.jspecify.annotations.NullMarked;
