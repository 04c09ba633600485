/** Who may publish and subscribe to what: rules, where they come from, and the decisions of one client. */
@NullMarked
package io.magnetar.mqtt.access;

import org.jspecify.annotations.NullMarked;
