/** What each key finds. */
@NullMarked
package io.magnetar.stream.read;

import org.jspecify.annotations.NullMarked;
