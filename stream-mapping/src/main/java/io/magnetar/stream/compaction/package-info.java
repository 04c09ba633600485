/** What Pulsar's compaction does to last-value streams. */
@NullMarked
package io.magnetar.stream.compaction;

import org.jspecify.annotations.NullMarked;
