/** Reading streams: a cursor per partition, pulled by its user. */
@NullMarked
package io.magnetar.stream.read;

import org.jspecify.annotations.NullMarked;
