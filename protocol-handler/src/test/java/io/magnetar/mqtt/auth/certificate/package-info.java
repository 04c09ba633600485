@NullMarked
package io.magnetar.mqtt.auth.certificate;

import org.jspecify.annotations.NullMarked;
