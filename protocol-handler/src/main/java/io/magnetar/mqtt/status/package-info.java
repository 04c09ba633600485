/** What the broker says about itself over HTTP. */
@NullMarked
package io.magnetar.mqtt.status;

import org.jspecify.annotations.NullMarked;
