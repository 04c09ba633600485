/** The command line of the load generator. */
@NullMarked
package io.magnetar.bench;

import org.jspecify.annotations.NullMarked;
