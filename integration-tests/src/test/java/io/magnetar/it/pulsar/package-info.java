/** A real Pulsar inside the test's JVM. */
@NullMarked
package io.magnetar.it.pulsar;

import org.jspecify.annotations.NullMarked;
