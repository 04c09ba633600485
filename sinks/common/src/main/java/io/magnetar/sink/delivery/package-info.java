/** On the way to a destination: batches, failures that pass and failures that stay, back-off, bad records. */
@NullMarked
package io.magnetar.sink.delivery;

import org.jspecify.annotations.NullMarked;
