/** The logs of this module without a Pulsar. */
@NullMarked
package io.magnetar.log;

import org.jspecify.annotations.NullMarked;
