/** Who may administer what, and streams as partitioned topics: Pulsar's own services asked inside its broker. */
@NullMarked
package io.magnetar.mqtt.admin.pulsar;

import org.jspecify.annotations.NullMarked;
