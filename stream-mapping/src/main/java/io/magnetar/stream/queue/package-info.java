/** The messages owed to durable sessions: positions in the log that keeps them, and readers over its partitions. */
@NullMarked
package io.magnetar.stream.queue;

import org.jspecify.annotations.NullMarked;
