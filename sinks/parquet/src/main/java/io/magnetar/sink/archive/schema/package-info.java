/** What a row is: the columns of the envelope and of payloads, and how a message becomes one. */
@NullMarked
package io.magnetar.sink.archive.schema;

import org.jspecify.annotations.NullMarked;
