/** Where files go: stores that take a file in parts and show it whole, once, or not at all. */
@NullMarked
package io.magnetar.sink.archive.store;

import org.jspecify.annotations.NullMarked;
