/** A run of the fuzzer as a test. */
@NullMarked
package io.magnetar.mqtt.fuzz;

import org.jspecify.annotations.NullMarked;
