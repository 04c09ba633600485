/** MQTT topic names and topic filters: their rules, matching, and an index of many filters. */
@NullMarked
package io.magnetar.topic;

import org.jspecify.annotations.NullMarked;
