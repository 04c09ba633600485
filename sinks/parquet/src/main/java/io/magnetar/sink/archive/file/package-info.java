/** Files: how one is written in a stream of bytes, which positions it holds, and how it is read again. */
@NullMarked
package io.magnetar.sink.archive.file;

import org.jspecify.annotations.NullMarked;
