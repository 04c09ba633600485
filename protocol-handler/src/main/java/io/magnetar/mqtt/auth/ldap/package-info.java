/** Clients that an LDAP directory knows. */
@NullMarked
package io.magnetar.mqtt.auth.ldap;

import org.jspecify.annotations.NullMarked;
