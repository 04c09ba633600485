/** How a stream finds the key of a message. */
@NullMarked
package io.magnetar.stream.key;

import org.jspecify.annotations.NullMarked;
