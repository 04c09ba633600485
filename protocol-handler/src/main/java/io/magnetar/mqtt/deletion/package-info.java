/** Namespaces that are being deleted, step by step. */
@NullMarked
package io.magnetar.mqtt.deletion;

import org.jspecify.annotations.NullMarked;
