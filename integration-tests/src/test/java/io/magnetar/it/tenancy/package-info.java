/** Tenants on a real Pulsar. */
@NullMarked
package io.magnetar.it.tenancy;

import org.jspecify.annotations.NullMarked;
