/** Where messages go. */
@NullMarked
package io.magnetar.stream.append;

import org.jspecify.annotations.NullMarked;
