/** The syntax of stream subscriptions. */
@NullMarked
package io.magnetar.stream;

import org.jspecify.annotations.NullMarked;
