/** One live connection per (namespace, client identifier). */
@NullMarked
package io.magnetar.mqtt.takeover;

import org.jspecify.annotations.NullMarked;
