/** Who clients are, asked of real servers. */
@NullMarked
package io.magnetar.it.auth;

import org.jspecify.annotations.NullMarked;
