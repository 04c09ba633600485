/** HiveMQ Community Edition as a program. */
@NullMarked
package io.magnetar.bench.hivemq;

import org.jspecify.annotations.NullMarked;
