/** Logs whose newest record of a key counts. */
@NullMarked
package io.magnetar.it.log;

import org.jspecify.annotations.NullMarked;
