/** What is checked before a sink takes its first record, and what it tells Pulsar about itself. */
@NullMarked
package io.magnetar.sink.start;

import org.jspecify.annotations.NullMarked;
