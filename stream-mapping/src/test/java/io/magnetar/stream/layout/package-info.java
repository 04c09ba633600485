/** The forms of properties. */
@NullMarked
package io.magnetar.stream.layout;

import org.jspecify.annotations.NullMarked;
