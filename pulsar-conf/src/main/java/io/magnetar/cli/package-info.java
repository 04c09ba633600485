/** The extension of pulsar-admin: `pulsar-admin mqtt` asks the handler's admin API. Packed as a NAR of its own. */
@NullMarked
package io.magnetar.cli;

import org.jspecify.annotations.NullMarked;
