/** The rules of the architecture, checked on the compiled code. */
@NullMarked
package io.magnetar.it.architecture;

import org.jspecify.annotations.NullMarked;
