/** Who may come in: the number of clients, bans, and those who come and go too often. */
@NullMarked
package io.magnetar.mqtt.admission;

import org.jspecify.annotations.NullMarked;
