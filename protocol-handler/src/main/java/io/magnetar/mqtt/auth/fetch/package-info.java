/** What sources need to ask an HTTP server: bounded in time, in bytes and in how much is asked at once. */
@NullMarked
package io.magnetar.mqtt.auth.fetch;

import org.jspecify.annotations.NullMarked;
