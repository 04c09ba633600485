/** Which message of each key is the newest: the index of a replay of a last-value stream. */
@NullMarked
package io.magnetar.stream.newest;

import org.jspecify.annotations.NullMarked;
