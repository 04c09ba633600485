/** Listeners: TLS, WebSockets, the PROXY protocol and their limits, with other projects' clients and with bytes by hand. */
@NullMarked
package io.magnetar.it.listener;

import org.jspecify.annotations.NullMarked;
