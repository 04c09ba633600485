/** What the launcher does in Java. */
@NullMarked
package io.magnetar.launcher;

import org.jspecify.annotations.NullMarked;
