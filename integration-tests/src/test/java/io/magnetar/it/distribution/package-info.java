/** The real Pulsar distribution, started by the launcher as a user does, with clients of other projects. */
@NullMarked
package io.magnetar.it.distribution;

import org.jspecify.annotations.NullMarked;
