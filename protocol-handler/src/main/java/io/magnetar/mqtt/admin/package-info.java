/** What operators ask and order over HTTP about streams. */
@NullMarked
package io.magnetar.mqtt.admin;

import org.jspecify.annotations.NullMarked;
