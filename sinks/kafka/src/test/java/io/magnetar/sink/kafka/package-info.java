@NullMarked
package io.magnetar.sink.kafka;

import org.jspecify.annotations.NullMarked;
