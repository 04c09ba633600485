/** The archive of streams: the sink, its settings, and how records become files. */
@NullMarked
package io.magnetar.sink.archive;

import org.jspecify.annotations.NullMarked;
