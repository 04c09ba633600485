/** What a broker tells its clients about itself, by topics that begin with {@code $SYS/}. */
@NullMarked
package io.magnetar.mqtt.sys;

import org.jspecify.annotations.NullMarked;
