@NullMarked
package io.magnetar.launcher;

import org.jspecify.annotations.NullMarked;
