/** What happened how often. */
@NullMarked
package io.magnetar.mqtt.counters;

import org.jspecify.annotations.NullMarked;
