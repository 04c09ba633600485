@NullMarked
package io.magnetar.mqtt.auth.ldap;

import org.jspecify.annotations.NullMarked;
