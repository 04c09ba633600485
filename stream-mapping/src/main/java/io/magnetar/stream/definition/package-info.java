/** What streams there are: their definitions as properties of partitioned Pulsar topics, and the catalog made of them. */
@NullMarked
package io.magnetar.stream.definition;

import org.jspecify.annotations.NullMarked;
