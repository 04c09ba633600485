/** The examples of {@code docs/streams.md}. */
@NullMarked
package io.magnetar.example;

import org.jspecify.annotations.NullMarked;
