/** What the archive costs beside the plain library that writes the same rows. */
@NullMarked
package io.magnetar.bench.archive;

import org.jspecify.annotations.NullMarked;
