/** Filling new streams with what older ones keep. */
@NullMarked
package io.magnetar.stream.backfill;

import org.jspecify.annotations.NullMarked;
