/** The application message as all of Magnetar sees it, shaped like MQTT 5's PUBLISH. */
@NullMarked
package io.magnetar.message;

import org.jspecify.annotations.NullMarked;
