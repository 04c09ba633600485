/** Appending to streams by group commit: one writer per partition gathers the messages of all connections. */
@NullMarked
package io.magnetar.stream.append;

import org.jspecify.annotations.NullMarked;
