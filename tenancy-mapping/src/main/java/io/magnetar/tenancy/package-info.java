/** MQTT namespaces as Pulsar tenants: their names, and the Pulsar namespaces and policies that each one needs. */
@NullMarked
package io.magnetar.tenancy;

import org.jspecify.annotations.NullMarked;
