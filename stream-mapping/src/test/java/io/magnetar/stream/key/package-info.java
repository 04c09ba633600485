/** What each key finds. */
@NullMarked
package io.magnetar.stream.key;

import org.jspecify.annotations.NullMarked;
