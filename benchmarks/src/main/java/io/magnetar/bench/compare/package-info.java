/** The same loads against Magnetar, Mosquitto and Pulsar's own tools, side by side. */
@NullMarked
package io.magnetar.bench.compare;

import org.jspecify.annotations.NullMarked;
