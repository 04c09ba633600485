@NullMarked
package io.magnetar.sink.influxdb;

import org.jspecify.annotations.NullMarked;
