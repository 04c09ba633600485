/** Definitions, good and bad. */
@NullMarked
package io.magnetar.stream.definition;

import org.jspecify.annotations.NullMarked;
