/** Sinks beside the plain libraries of their destinations. */
@NullMarked
package io.magnetar.bench.sinks;

import org.jspecify.annotations.NullMarked;
