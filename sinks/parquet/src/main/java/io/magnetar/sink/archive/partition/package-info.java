/** One partition's way into files: each message into one file, acknowledged when the file is there. */
@NullMarked
package io.magnetar.sink.archive.partition;

import org.jspecify.annotations.NullMarked;
