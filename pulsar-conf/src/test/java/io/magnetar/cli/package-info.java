/** Tests of the commands below {@code pulsar-admin mqtt}. */
@NullMarked
package io.magnetar.cli;

import org.jspecify.annotations.NullMarked;
