/** Streams on a real Pulsar: definitions, appending, reading, and what data engineers see of it. */
@NullMarked
package io.magnetar.it.stream;

import org.jspecify.annotations.NullMarked;
