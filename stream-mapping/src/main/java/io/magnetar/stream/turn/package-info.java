/** How work that is wanted from many threads is done by one at a time. */
@NullMarked
package io.magnetar.stream.turn;

import org.jspecify.annotations.NullMarked;
